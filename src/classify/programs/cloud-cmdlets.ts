import { report } from "../report.ts";
import type { ProgramRule } from "../scope.ts";

/** Nouns of Azure's and of AWS's modules start with the service. */
const azureNoun = /^(?:az|azurerm|azuread|mg)[a-z]/;
const awsNoun =
  /^(?:ec2|s3|rds|ddb|cfn|lm|iam|kms|sec|cwl|cw|r53|efs|eks|ecs|ecr|sqs|sns|elb2?|as|cf|ssm|sts|cgip|glc|fsx|bak|org|gd|kin|apigw?|ag2?)[a-z]/;

const secret =
  /^(?:get-(?:az(?:accesstoken|keyvaultsecret|storageaccountkey|containerregistrycredential|webapppublishingprofile)|secsecretvalue|ststoken|stssessiontoken|ecrlogincommand|ecrauthorizationtoken|ec2passworddata)|use-stsrole|new-iamaccesskey|new-azstorageaccountkey|import-azakscredential)$/;

/** True for a cmdlet of a cloud's PowerShell module that stops, resets or hands out. Names in lower case. */
export function isCloudCmdlet(name: string): boolean {
  const changes = /^(?:clear|stop|reset|disable|unregister)-/.test(name);
  return secret.test(name) || (changes && providerOf(name) !== undefined);
}

function providerOf(name: string): "azure" | "aws" | undefined {
  const noun = name.slice(name.indexOf("-") + 1);
  return azureNoun.test(noun) ? "azure" : awsNoun.test(noun) ? "aws" : undefined;
}

/** `Stop-AzVM`, `Get-SECSecretValue`: the modules of Azure and AWS for PowerShell, beside what they delete. */
export const cloudCmdlets: ProgramRule = {
  // The modules have thousands: these stand for all that `isCloudCmdlet` tells.
  programs: ["stop-azvm", "reset-azvm", "get-secsecretvalue", "get-azkeyvaultsecret"],
  examples: {
    matches: [
      { command: "pwsh -c 'Stop-AzVM -Name web'", actions: ["azure:stop_azvm"] },
      { command: "pwsh -c 'Disable-KMSKey -KeyId x'", actions: ["aws:disable_kmskey"] },
      { command: "pwsh -c 'Get-SECSecretValue -SecretId x'", actions: ["aws:get_secsecretvalue"] },
    ],
    misses: [
      { command: "pwsh -c 'Get-AzVM'", actions: ["azure:get_azvm"] },
      { command: "pwsh -c 'Stop-AzVM -Name web -WhatIf'", actions: ["azure:stop_azvm"] },
      { command: "pwsh -c 'Stop-Service x'", actions: ["aws:stop_service"] },
    ],
  },
  judge(invocation, scope) {
    const name = invocation.program.toLowerCase();
    if (invocation.words.some((word) => /^-whatif(?::\$true)?$/i.test(word.text))) {
      return;
    }
    const reveals = secret.test(name);
    report(scope, invocation, {
      action: `${providerOf(name) ?? "aws"}:${name.replace("-", "_")}`,
      effects: [reveals ? "credential_reveal" : "infrastructure_change"],
      target: invocation.words
        .slice(1, 4)
        .map((word) => word.text)
        .join(" "),
      because: `\`${invocation.program}\` ${reveals ? "prints credentials" : "changes what runs in the cloud"}`,
      access: reveals ? "read" : "change",
      reach: "remote",
    });
  },
};
