// The npm package grpc-web, without a browser: node grpc_web_node.mjs ADDRESS text|binary PROTO-FILE. Prints what it saw as JSON.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';

const require = createRequire(import.meta.url);
globalThis.XMLHttpRequest = require('xhr2');
globalThis.grpcWeb = require('grpc-web');
globalThis.protobuf = require('protobufjs');
await import('./grpc_web_cases.js');

const [address, format, proto] = process.argv.slice(2);
console.log(JSON.stringify(await globalThis.runGrpcWebCases(address, format, readFileSync(proto, 'utf8'))));
process.exit(0);
