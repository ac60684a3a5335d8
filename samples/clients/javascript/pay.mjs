#!/usr/bin/env node
// Pays through the mesh as a client that knows nothing of it: gRPC with server reflection, no generated code.
// Prints one JSON object: target, services, health, payment, events, read, status {code, message}, trailers, replayed.
// With --async the payment is accepted at once, and watched until the acquirer has decided: events has its states.
// Exit code 0 when everything was answered with OK, 1 when a call failed, 2 when the arguments are wrong.
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import grpc from '@grpc/grpc-js';
import protoLoader from '@grpc/proto-loader';

const usage = `usage: pay.mjs --target HOST:PORT [--ca FILE | --plaintext] [--server-name NAME] [--key KEY]
              [--amount MINOR_UNITS] [--currency EUR] [--method TOKEN] [--manual] [--async] [--get NAME] [--timeout SECONDS]`;
const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const format = { keepCase: false, longs: String, enums: String, defaults: false };

function readArguments() {
  try {
    const { values } = parseArgs({
      options: {
        target: { type: 'string' },
        ca: { type: 'string' },
        plaintext: { type: 'boolean', default: false },
        'server-name': { type: 'string' },
        key: { type: 'string', default: randomUUID() },
        amount: { type: 'string', default: '1250' },
        currency: { type: 'string', default: 'EUR' },
        method: { type: 'string', default: 'pm_card_visa' },
        manual: { type: 'boolean', default: false },
        async: { type: 'boolean', default: false },
        get: { type: 'string' },
        timeout: { type: 'string', default: '10' },
        json: { type: 'boolean', default: true },
      },
    });
    if (!values.target) throw new Error('--target is required');
    return values;
  } catch (error) {
    console.error(`pay.mjs: ${error.message}\n${usage}`);
    process.exit(2);
  }
}

function connect(options) {
  const credentials = options.plaintext
    ? grpc.credentials.createInsecure()
    : grpc.credentials.createSsl(options.ca ? readFileSync(options.ca) : null);
  const channelOptions = { 'grpc.service_config': readFileSync(here('../service-config.json'), 'utf8') };
  if (options['server-name']) {
    channelOptions['grpc.ssl_target_name_override'] = options['server-name'];
    channelOptions['grpc.default_authority'] = options['server-name'];
  }
  return { credentials, channelOptions, target: options.target, timeoutMs: Number(options.timeout) * 1000 };
}

const client = (Service, to) => new Service(to.target, to.credentials, to.channelOptions);
const deadline = (to) => ({ deadline: Date.now() + to.timeoutMs });

function ask(reflection, to, question) {
  return new Promise((resolve, reject) => {
    const stream = reflection.serverReflectionInfo(new grpc.Metadata(), deadline(to));
    stream.on('data', (answer) => { resolve(answer); stream.end(); });
    stream.on('error', reject);
    stream.write(question);
  });
}

/** Everything the server says it serves, as loaded packages. */
async function discover(to) {
  const definition = protoLoader.loadSync(here('reflection.proto'), format);
  const reflection = client(grpc.loadPackageDefinition(definition).grpc.reflection.v1.ServerReflection, to);
  const listed = await ask(reflection, to, { listServices: '*' });
  const services = listed.listServicesResponse.service.map((service) => service.name).sort();
  const files = new Map();
  for (const symbol of ['payments.v1.Payments', 'grpc.health.v1.Health']) {
    const answer = await ask(reflection, to, { fileContainingSymbol: symbol });
    if (!answer.fileDescriptorResponse) throw Object.assign(new Error(answer.errorResponse?.errorMessage), { code: grpc.status.UNIMPLEMENTED });
    for (const file of answer.fileDescriptorResponse.fileDescriptorProto) files.set(file.toString('base64'), file);
  }
  reflection.close();
  // Field names stay as the proto files have them. A FileDescriptorSet is its files, each as field 1.
  const set = Buffer.concat([...files.values()].flatMap((file) => [Buffer.from([0x0a]), varint(file.length), file]));
  const packages = grpc.loadPackageDefinition(protoLoader.loadFileDescriptorSetFromBuffer(set, format));
  return { services, packages };
}

function varint(number) {
  const bytes = [];
  for (; number > 0x7f; number >>>= 7) bytes.push((number & 0x7f) | 0x80);
  return Buffer.from([...bytes, number]);
}

function call(stub, method, request, to, result) {
  return new Promise((resolve, reject) => {
    const unary = stub[method](request, new grpc.Metadata(), deadline(to), (error, response) => (error ? reject(error) : resolve(response)));
    unary.on('metadata', (metadata) => { if (metadata.get('idempotent-replayed')[0] === 'true') result.replayed = true; });
    unary.on('status', (status) => {
      result.status = { code: grpc.status[status.code], message: status.details };
      result.trailers = readable(status.metadata);
    });
  });
}

/** The states of a payment until it is decided. Who watches for long keeps the last event's cursor and goes on from it. */
function watch(payments, name, to) {
  return new Promise((resolve, reject) => {
    const states = [];
    const stream = payments.watchPayments({}, new grpc.Metadata(), deadline(to));
    stream.on('data', ({ payment }) => {
      if (payment.name !== name) return;
      states.push(payment.state);
      if (payment.state === 'PROCESSING') return;
      resolve(states);
      stream.cancel();
    });
    stream.on('error', reject);
  });
}

function readable(metadata) {
  const entries = Object.entries(metadata.getMap());
  return Object.fromEntries(entries.map(([key, value]) => [key, Buffer.isBuffer(value) ? value.toString('base64') : value]));
}

async function pay(options, to, result) {
  const { services, packages } = await discover(to);
  result.services = services;
  const health = client(packages.grpc.health.v1.Health, to);
  result.health = (await call(health, 'check', { service: 'payments.v1.Payments' }, to, {})).status;
  health.close();

  const payments = client(packages.payments.v1.Payments, to);
  let name = options.get;
  if (!name) {
    result.payment = await call(payments, 'createPayment', {
      idempotency_key: options.key,
      processing: options.async ? 'ASYNC' : 'SYNC',
      payment: {
        amount: { currency_code: options.currency, minor_units: options.amount },
        payment_method: options.method,
        capture_method: options.manual ? 'MANUAL' : 'AUTOMATIC',
      },
    }, to, result);
    name = result.payment.name;
    if (options.async) result.events = await watch(payments, name, to);
  }
  result.read = await call(payments, 'getPayment', { name }, to, result);
  payments.close();
}

const options = readArguments();
const to = connect(options);
const result = { target: options.target, key: options.key, replayed: false };
try {
  await pay(options, to, result);
} catch (error) {
  result.status = { code: grpc.status[error.code] ?? 'UNKNOWN', message: error.details ?? error.message };
  result.trailers = error.metadata ? readable(error.metadata) : {};
}
console.log(JSON.stringify(result, null, 2));
// The channels of a failed call are still open.
process.exit(result.status.code === 'OK' ? 0 : 1);
