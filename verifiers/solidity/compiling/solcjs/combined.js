// The older --combined-json form, made from the standard one: what slither and other tools ask for.
"use strict";

// combined-json's part -> [where the standard output has it within a contract, how it is selected]
const CONTRACT_PARTS = {
  abi: [(c) => c.abi, "abi"],
  bin: [(c) => c.evm.bytecode.object, "evm.bytecode.object"],
  "bin-runtime": [(c) => c.evm.deployedBytecode.object, "evm.deployedBytecode.object"],
  srcmap: [(c) => c.evm.bytecode.sourceMap, "evm.bytecode.sourceMap"],
  "srcmap-runtime": [(c) => c.evm.deployedBytecode.sourceMap, "evm.deployedBytecode.sourceMap"],
  asm: [(c) => c.evm.legacyAssembly, "evm.legacyAssembly"],
  opcodes: [(c) => c.evm.bytecode.opcodes, "evm.bytecode.opcodes"],
  hashes: [(c) => c.evm.methodIdentifiers, "evm.methodIdentifiers"],
  metadata: [(c) => c.metadata, "metadata"],
  userdoc: [(c) => c.userdoc, "userdoc"],
  devdoc: [(c) => c.devdoc, "devdoc"],
  "storage-layout": [(c) => c.storageLayout, "storageLayout"],
};

function outputSelection(parts) {
  const selected = parts.filter((part) => CONTRACT_PARTS[part]).map((part) => CONTRACT_PARTS[part][1]);
  return { "*": { "": ["ast"], "*": selected } };
}

function combine(output, parts, version) {
  const contracts = {};
  for (const [file, byName] of Object.entries(output.contracts || {})) {
    for (const [name, contract] of Object.entries(byName)) {
      const entry = (contracts[`${file}:${name}`] = {});
      for (const part of parts) if (CONTRACT_PARTS[part]) entry[part] = CONTRACT_PARTS[part][0](contract);
    }
  }
  const byId = Object.entries(output.sources || {}).sort(([, a], [, b]) => a.id - b.id);
  const result = { contracts, sourceList: byId.map(([name]) => name), version };
  if (parts.includes("ast"))
    result.sources = Object.fromEntries(byId.map(([name, s]) => [name, { AST: s.ast, id: s.id }]));
  return result;
}

module.exports = { combine, outputSelection };
