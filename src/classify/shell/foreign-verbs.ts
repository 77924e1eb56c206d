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
    names: /^(?:vssadmin|wbadmin|wmic|diskshadow|bcdedit|reagentc)$/,
    words: /delete|\/set|resize|\/disable|shadows/i,
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
    words: /\S/,
    action: "system:change_permissions",
    effects: ["system_modification"],
    because: "it changes who may use files",
  },
  {
    names: /^(?:stop-service|remove-service|set-service|new-service|sc|sc\.exe)$/,
    words: /\S/,
    action: "system:service",
    effects: ["system_modification"],
    because: "it changes what the machine runs",
  },
  {
    names: /^(?:register-scheduledtask|schtasks|new-scheduledtask)$/,
    words: /register|create|change|delete|new/i,
    action: "system:schedule",
    effects: ["persistence"],
    because: "it sets up what runs by itself later",
  },
  {
    names: /^(?:reg|set-itemproperty|new-itemproperty|remove-itemproperty)$/,
    words: /add|delete|import|HK(?:LM|CU|EY)/i,
    action: "system:registry",
    effects: ["system_modification"],
    because: "it changes the registry",
  },
  {
    names:
      /^(?:set-executionpolicy|set-mppreference|add-mppreference|disable-\w+|netsh|new-localuser|add-localgroupmember|net|net1|remove-localuser)$/,
    words: /bypass|unrestricted|disable|exclusion|firewall|\/add|\/delete|user|group|-name|off/i,
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
    names: /^(?:bitsadmin|certutil|start-bitstransfer)$/,
    words: /transfer|urlcache|http/i,
    action: "network:download",
    effects: ["remote_code_execution"],
    because: "it fetches a program in a roundabout way",
  },
  {
    names: /^(?:stop-process|kill|spps|taskkill)$/,
    words: /\*|\/im\s+\S*(?:code|cursor|explorer|svchost)|signalbox/i,
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
    names: /^(?:sdelete|sdelete64|eraser|wipe)$/,
    words: /\S/,
    action: "fs:wipe",
    effects: ["irreversible_data_deletion"],
    because: "it overwrites, so that nothing can bring it back",
  },
  {
    names: /^(?:clear-recyclebin|clear-eventlog|wevtutil|fsutil)$/,
    words: /clear|cl\b|deletejournal|recycle|\S/i,
    action: "system:clear",
    effects: ["system_modification"],
    because: "it clears what is kept",
  },
];
