import type { Effect } from "../../model/effect.ts";

/** What a command of PowerShell or cmd does, told by its name and its words. */
export interface ForeignVerb {
  readonly names: RegExp;
  readonly words?: RegExp;
  readonly action: `${string}:${string}`;
  readonly effects: readonly Effect[];
  readonly because: string;
  /** True where it happens at a provider. */
  readonly remote?: boolean;
}

export const foreignVerbs: readonly ForeignVerb[] = [
  {
    names:
      /^(?:clear-disk|initialize-disk|format-volume|format|remove-partition|clear-volume|diskpart|cipher|reset-physicaldisk)$/,
    words: /\S/,
    action: "disk:overwrite",
    effects: ["irreversible_data_deletion", "system_modification"],
    because: "it wipes a disk",
  },
  {
    names:
      /^(?:vssadmin|wbadmin|wmic|diskshadow|bcdedit|reagentc|systemreset|checkpoint-computer|restore-computer|reset-computermachinepassword)$/,
    words: /delete|\/set|resize|\/disable|shadows|uninstall|call\s+format|^(?:systemreset|re)/i,
    action: "system:delete_backups",
    effects: ["irreversible_data_deletion", "system_modification"],
    because: "it deletes backups or changes how the machine starts",
  },
  {
    names: /^(?:iex|invoke-expression)$/,
    action: "shell:opaque",
    effects: ["opaque"],
    because: "it runs text that is not known before it runs",
  },
  {
    names: /^(?:stop-computer|restart-computer|shutdown|logoff)$/,
    action: "system:shutdown",
    effects: ["system_modification"],
    because: "it stops the machine",
  },
  {
    names: /^(?:icacls|cacls|takeown|set-acl)$/,
    words: /^(?:takeown|set-acl)|\/(?:grant|deny|remove|reset|setowner|inheritance|restore|[egrpdt])\b/i,
    action: "system:change_permissions",
    effects: ["system_modification"],
    because: "it changes who may use files",
  },
  {
    names:
      /^(?:stop-service|spsv|restart-service|suspend-service|remove-service|set-service|new-service|sc|sc\.exe|net|net1)$/,
    words:
      /^[a-z]+-service|^spsv|^sc(?:\.exe)?\s+(?:\\\\\S+\s+)?(?:delete|stop|config|create|failure|sdset|pause)\b|^net1?\s+stop\b/i,
    action: "system:service",
    effects: ["system_modification"],
    because: "it changes what the machine runs",
  },
  {
    names:
      /^(?:(?:un)?register-scheduledtask|disable-scheduledtask|set-scheduledtask|schtasks|new-scheduledtask|register-scheduledjob|set-wmiinstance|register-wmievent|register-cimindicationevent)$/,
    words: /register|create|change|delete|new|disable|set-|subscription/i,
    action: "system:schedule",
    effects: ["persistence"],
    because: "it sets up what runs by itself later",
  },
  {
    names: /^(?:new-item|ni|new-itemproperty|set-itemproperty|sp)$/,
    words: /\\CurrentVersion\\Run(?:Once)?\b/i,
    action: "system:schedule",
    effects: ["persistence"],
    because: "it sets up what runs by itself later",
  },
  {
    names:
      /^(?:reg|regedit|set-itemproperty|sp|new-itemproperty|remove-itemproperty|rp|clear-itemproperty|assoc|ftype)$/,
    words:
      /^reg\s+(?:add|delete|import|restore|load|copy|unload)|^regedit\s+\/s|-itemproperty.*(?:HK(?:LM|CU|EY|CR|U)|registry::)|^(?:sp|rp)\s.*HK|^(?:assoc|ftype)\s.*=/i,
    action: "system:registry",
    effects: ["system_modification"],
    because: "it changes the registry",
  },
  {
    names:
      /^(?:set-executionpolicy|set-mppreference|add-mppreference|disable-\w+|netsh|new-localuser|add-localgroupmember|net|net1|remove-localuser|set-localuser|(?:set|new|remove|disable)-netfirewall\w+|dism|uninstall-windowsfeature|add-computer|remove-computer|set-adaccountpassword)$/,
    words:
      /^(?!set-executionpolicy.*-scope\s+process)(?!net1?\s+(?:user|localgroup|group|accounts|use|view|start)\s*\S*$)(?:.*(?:bypass|unrestricted|disable|exclusion|firewall\s+(?:set|add|delete|reset)|netfirewall|\/add|\/delete|user|group|-name|off|\/remove-))/i,
    action: "system:weaken",
    effects: ["system_modification", "privilege_change"],
    because: "it weakens the protection of the machine",
  },
  {
    names: /^(?:runas|start-process|saps)$/,
    words: /runas|\/user:/i,
    action: "system:become_user",
    effects: ["privilege_change"],
    because: "it starts a program with more rights",
  },
  {
    names: /^(?:mshta|rundll32|regsvr32|wscript|cscript|msiexec|installutil|msbuild|odbcconf|cmstp|hh)$/,
    words: /https?:|javascript:|vbscript:|scrobj|\\\\[\w.-]+\\\S+\.(?:dll|sct|vbs|js|hta|msi)/i,
    action: "shell:run_remote_code",
    effects: ["remote_code_execution"],
    because: "it runs code from elsewhere through a program of the system",
  },
  {
    names: /^(?:bitsadmin|certutil|start-bitstransfer)$/,
    words: /transfer|urlcache|http|-decode\b/i,
    action: "network:download",
    effects: ["remote_code_execution"],
    because: "it fetches a program in a roundabout way",
  },
  {
    names: /^(?:stop-process|kill|spps|taskkill)$/,
    words: /\*|\/im\s+\S*(?:code|cursor|explorer|svchost|lsass|winlogon|csrss)|\/fi\b|signalbox/i,
    action: "process:kill",
    effects: ["process_kill"],
    because: "it ends processes that others may need",
  },
  {
    names:
      /^remove-(?:az(?:resourcegroup|vm|vmss|disk|snapshot|storageaccount|storagecontainer|storageblob|sql\w*|cosmosdb\w*|keyvault\w*|aks\w*|akscluster|rediscache|postgresql\w*|mysql\w*|dnszone|recoveryservices\w*|backup\w*|managementgroup|resource)|ec2(?:instance|volume|snapshot|vpc|keypair)|s3(?:bucket|object)|rds\w+|ddb\w+|cfn\w+|efs\w+|eks\w+|ecscluster|r53hostedzone|sec\w+|kms\w+|cwlloggroup|gc(?:ssbucket|ssobject|einstance|edisk|esnapshot|sql\w+|ekscluster)|dynamodb\w*)$/,
    action: "cloud:remove",
    effects: ["irreversible_infrastructure_deletion"],
    because: "it deletes what does not come back",
    remote: true,
  },
  {
    names:
      /^(?:remove-(?:az|ec2|ecs|lm|iam|r53|gc|sns|sqs|elb|asg|apigw|cf)\w*|stop-ec2instance|schedule-kms\w*|request-kmskeydeletion)$/,
    action: "cloud:remove",
    effects: ["infrastructure_change", "system_modification"],
    because: "it takes away what others may use",
    remote: true,
  },
  {
    names:
      /^(?:remove-(?:vm|vhd|vmsnapshot|vmcheckpoint|adobject|aduser|adgroup|adcomputer|adorganizationalunit|dnsserverzone|sqldatabase|dbadatabase|mailbox|mguser|spsite|clustergroup|physicaldisk|virtualdisk|storagepool|smbshare|websitesite|website|webapppool|bitlockerkeyprotector)|dismount-vhd|disable-computerrestore|uninstall-windowsfeature|disable-bitlocker)$/,
    action: "system:remove",
    effects: ["irreversible_infrastructure_deletion"],
    because: "it deletes what a machine or a directory keeps",
  },
  {
    names: /^(?:sdelete|sdelete64|eraser|wipe|wsl)$/,
    words: /^(?:sdelete|eraser|wipe)|^wsl\s+--unregister/,
    action: "fs:wipe",
    effects: ["irreversible_data_deletion"],
    because: "it overwrites, so that nothing can bring it back",
  },
  {
    names:
      /^(?:clear-recyclebin|clear-eventlog|remove-eventlog|limit-eventlog|wevtutil|fsutil|remove-ciminstance|rcim|remove-wmiobject|rwmi)$/,
    words:
      /^(?:clear|remove|limit)-|^rcim|^rwmi|wevtutil\s+(?:cl|clear-log|sl|set-log|um)\b|fsutil\s+(?:usn\s+delete|behavior\s+set|file\s+(?:setzero|createnew)|volume\s+dismount|dirty\s+set)/i,
    action: "system:clear",
    effects: ["system_modification"],
    because: "it clears what is kept",
  },
  {
    names: /^(?:cmdkey|vaultcmd|get-storedcredential|get-secret)$/,
    words: /list|^get-/i,
    action: "process:read_keyring",
    effects: ["credential_access"],
    because: "it shows stored credentials",
  },
  {
    names: /^(?:send-mailmessage)$/,
    words: /-attach/i,
    action: "network:upload",
    effects: ["data_exfiltration"],
    because: "it sends files by mail",
    remote: true,
  },
];
