/** Every command of the extension, as the palette lists it. `package.json` says the same; a test compares both ways. */
export const commandList = [
  { id: "signalbox.showRecord", title: "Show Record" },
  { id: "signalbox.showStatus", title: "Status" },
  { id: "signalbox.reviewQuestions", title: "Review Waiting Questions" },
  { id: "signalbox.killSession", title: "Kill Session…" },
  { id: "signalbox.reopenSession", title: "Reopen Session…" },
  { id: "signalbox.chooseTask", title: "Choose Task of a Session…" },
  { id: "signalbox.createPolicy", title: "Create Policy…" },
  { id: "signalbox.approvePolicy", title: "Approve Policy…" },
  { id: "signalbox.whatWouldChange", title: "What Would Change…" },
  { id: "signalbox.observeReport", title: "Observe Mode Report" },
  { id: "signalbox.runChecklist", title: "Checklist" },
  { id: "signalbox.governAgents", title: "Govern Agents…" },
  { id: "signalbox.repair", title: "Repair" },
] as const;

export type CommandId = (typeof commandList)[number]["id"];

/** Every setting of the extension with its default. */
export const settingList = [
  { key: "signalbox.installHooks", default: true },
  { key: "signalbox.organisation.policy", default: null },
] as const;

export const organisationSetting: (typeof settingList)[1]["key"] = settingList[1].key;
