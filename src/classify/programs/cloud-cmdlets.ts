import type { Effect } from "../../model/effect.ts";
import { report } from "../report.ts";
import type { ProgramRule } from "../scope.ts";

/** Nouns of Azure's and of AWS's modules start with the service. */
const azureNoun = /^(?:az|azurerm|azuread|mg)[a-z]/;
const awsNoun =
  /^(?:ec2|s3|rds|ddb|cfn|lm|iam|kms|sec|cwl|cw|r53|efs|eks|ecs|ecr|sqs|sns|elb2?|as|cf|ebs?|es|rs|ssm|sts|cgip|glc|fsx|bak|org|gd|kin|apigw?|ag2?)[a-z]/;

/** What is written down elsewhere, or only says who may do what. */
const soft =
  /(?:tag|rule|policy|assignment|definition|lock|alert|alarm|context|account|profile|group(?:member|policy)|permission|route|record|recordset|record|schedule|subscription|listener|endpoint|function|lmfunction|service|deployment|config(?:uration)?|association|webapp(?:slot)?|user|role|accesskey)$/;

const secret =
  /^(?:get-(?:az(?:accesstoken|keyvaultsecret|storageaccountkey|containerregistrycredential|aksclustercredential|webapppublishingprofile)|secsecretvalue|ststoken|stssessiontoken|ecrlogincommand|ecrauthorizationtoken|ec2passworddata)|use-stsrole|new-iamaccesskey|new-azstorageaccountkey|import-azakscredential)$/;

/** True for a cmdlet of a cloud's PowerShell module that takes away, stops or hands out. Names in lower case. */
export function isCloudCmdlet(name: string): boolean {
  const dash = name.indexOf("-");
  return (
    dash > 0 &&
    (secret.test(name) ||
      (/^(?:remove|clear|stop|reset|disable|unregister)$/.test(name.slice(0, dash)) &&
        providerOf(name) !== undefined))
  );
}

function providerOf(name: string): "azure" | "aws" | undefined {
  const noun = name.slice(name.indexOf("-") + 1);
  return azureNoun.test(noun) ? "azure" : awsNoun.test(noun) ? "aws" : undefined;
}

function effectsOf(name: string): readonly Effect[] {
  if (secret.test(name)) {
    return ["credential_reveal"];
  }
  return name.startsWith("remove-") && !soft.test(name)
    ? ["irreversible_infrastructure_deletion"]
    : ["infrastructure_change"];
}

/** `Remove-AzResourceGroup`, `Remove-S3Bucket`: the modules of Azure and AWS for PowerShell. */
export const cloudCmdlets: ProgramRule = {
  // The modules have thousands: these stand for all that `isCloudCmdlet` tells.
  programs: ["remove-azresourcegroup", "remove-azvm", "stop-azvm", "remove-s3bucket", "remove-ec2instance"],
  examples: {
    matches: [
      {
        command: "pwsh -c 'Remove-AzResourceGroup -Name shop -Force'",
        actions: ["azure:remove_azresourcegroup"],
      },
      { command: "pwsh -c 'Remove-S3Bucket -BucketName logs'", actions: ["aws:remove_s3bucket"] },
      { command: "pwsh -c 'Stop-AzVM -Name web'", actions: ["azure:stop_azvm"] },
      { command: "pwsh -c 'Get-SECSecretValue -SecretId x'", actions: ["aws:get_secsecretvalue"] },
    ],
    misses: [
      { command: "pwsh -c 'Get-AzVM'", actions: ["azure:get_azvm"] },
      { command: "pwsh -c 'Remove-AzVM -Name web -WhatIf'", actions: ["azure:remove_azvm"] },
      { command: "pwsh -c 'Remove-Item x.log'", actions: ["azure:remove_item", "aws:remove_item"] },
      { command: "pwsh -c 'Stop-Service x'", actions: ["aws:stop_service"] },
    ],
  },
  judge(invocation, scope) {
    const name = invocation.program.toLowerCase();
    if (invocation.words.some((word) => /^-whatif(?::\$true)?$/i.test(word.text))) {
      return;
    }
    const provider = providerOf(name) ?? "aws";
    const effects = effectsOf(name);
    report(scope, invocation, {
      action: `${provider}:${name.replace("-", "_")}`,
      effects,
      target: invocation.words
        .slice(1, 4)
        .map((word) => word.text)
        .join(" "),
      because: `\`${invocation.program}\` ${effects.includes("credential_reveal") ? "prints credentials" : "changes what runs in the cloud"}`,
      access: effects.includes("credential_reveal") ? "read" : "change",
      reach: "remote",
    });
  },
};
