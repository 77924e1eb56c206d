import assert from "node:assert/strict";
import { test } from "node:test";
import { strangerIn } from "../../src/broker/windows-access.ts";

const installer = "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464";
const user = "S-1-5-21-1111111111-2222222222-3333333333-1001";

const believed: readonly string[] = [
  "O:BAG:SYD:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;0x1200a9;;;BU)",
  "O:SYG:SYD:AI(A;ID;FA;;;SY)(A;ID;FA;;;BA)(A;ID;FRFX;;;BU)\r\n",
  `O:${installer}G:${installer}D:PAI(A;;FA;;;${installer})(A;;GRGX;;;WD)`,
  "O:BAG:DUD:(A;;FA;;;BA)(D;;FA;;;BU)(A;OICIIO;FA;;;CO)S:AI(AU;SA;FA;;;WD)",
  "O:BAG:BAD:(A;;0xa0000000;;;WD)",
];

const doubted: readonly (readonly [sddl: string, stranger: string])[] = [
  [`O:${user}G:SYD:PAI(A;;FA;;;SY)`, user],
  ["O:BAG:SYD:PAI(A;;FA;;;SY)(A;OICI;0x100116;;;BU)", "BU"],
  ["O:BAG:SYD:PAI(A;;0x1301bf;;;AU)", "AU"],
  ["O:BAG:SYD:PAI(A;;FRFW;;;WD)", "WD"],
  ["O:BAG:SYD:PAI(A;;GA;;;BU)", "BU"],
  ["O:BAG:SYD:PAI(A;;WD;;;BU)", "BU"],
  ["O:BAG:SYD:PAI(A;;FR?;;;BU)", "BU"],
  ["O:BAG:SYD:PAI(A;;0x40000000;;;BU)", "BU"],
  [`O:BAG:SYD:(XA;;FR;;;${user};(Title=="x"))`, "anybody"],
  ["O:BAG:SYD:(OA;;FR;;;BU)", "BU"],
  ["O:BAG:SYD:NO_ACCESS_CONTROL", "anybody"],
  ["O:BAG:SY", "anybody"],
  ["O:BAG:SYD:P", "anybody"],
  ["", "anybody"],
  ["Get-Acl : Cannot find path", "anybody"],
];

for (const sddl of believed) {
  test(`administrators alone: ${sddl.trim()}`, () => {
    assert.equal(strangerIn(sddl), undefined);
  });
}

for (const [sddl, stranger] of doubted) {
  test(`somebody else: ${sddl}`, () => {
    assert.equal(strangerIn(sddl), stranger);
  });
}
