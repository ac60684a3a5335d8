// The test service Echo with grpc-js.
//   node echo_peer.mjs serve PROTO-FILE                    prints its port, then a line "cancelled" for each call that was called off
//   node echo_peer.mjs call PROTO-FILE TARGET HOST [ROOT]  makes calls of every kind through a proxy, prints what it saw as JSON
// HOST is the authority that is asked for, ROOT a file with the root certificate: then the connection is TLS.
import { readFileSync } from 'node:fs';
import grpc from '@grpc/grpc-js';
import loader from '@grpc/proto-loader';

const [command, proto, target, host, root] = process.argv.slice(2);
const options = { 'grpc.max_receive_message_length': -1, 'grpc.max_send_message_length': -1 };
const { Echo } = grpc.loadPackageDefinition(loader.loadSync(proto, { keepCase: true, defaults: true })).mesh.tests;

function serve() {
  const trailers = () => {
    const metadata = new grpc.Metadata();
    metadata.set('x-trailer', 'end');
    return metadata;
  };
  const failure = request => ({ code: request.fail_with, details: 'asked to fail' });
  const reply = request => ({ text: request.text, server: 'javascript' });
  const watched = call => call.on('cancelled', () => console.log('cancelled'));

  const server = new grpc.Server(options);
  server.addService(Echo.service, {
    Unary(call, done) {
      watched(call);
      if (call.request.hang) return;
      if (call.request.fail_with) return done(failure(call.request));
      const metadata = trailers();
      for (const key of Object.keys(call.metadata.getMap()))
        if (key.startsWith('echo-')) for (const value of call.metadata.get(key)) metadata.add(key, value);
      done(null, reply(call.request), metadata);
    },
    Chat(call) {
      watched(call);
      const early = new grpc.Metadata();
      early.set('x-early', 'yes');
      call.sendMetadata(early);
      call.on('data', request => request.fail_with ? call.emit('error', failure(request)) : call.write(reply(request)));
      call.on('end', () => call.end(trailers()));
    },
    Download(call) {
      watched(call);
      for (let i = 0; i < call.request.count; i++) call.write({ text: call.request.text });
      if (!call.request.hang) call.end();
    },
    Upload(call, done) {
      let length = 0;
      call.on('data', request => { length += request.text.length; });
      call.on('end', () => done(null, { text: `${length}`, server: 'javascript' }));
    },
  });
  server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, port) => {
    if (error) throw error;
    console.log(port);
  });
  // Ends with whoever started it.
  process.stdin.on('end', () => process.exit(0)).resume();
}

async function call() {
  const credentials = root ? grpc.credentials.createSsl(readFileSync(root)) : grpc.credentials.createInsecure();
  const client = new Echo(target, credentials, {
    ...options, 'grpc.default_authority': host, 'grpc.enable_http_proxy': 0, 'grpc.ssl_target_name_override': host,
  });
  const within = (seconds, more = {}) => ({ deadline: Date.now() + seconds * 1000, ...more });
  const name = code => Object.keys(grpc.status).find(key => grpc.status[key] === code);
  const unary = (request, metadata = new grpc.Metadata(), calling = within(60)) => new Promise(done => {
    let text;
    client.Unary(request, metadata, calling, (error, reply) => { text = reply?.text; })
      .on('status', status => setImmediate(() => done({ text, code: name(status.code), details: status.details, trailers: status.metadata })));
  });
  const all = stream => new Promise(done => {
    const texts = [];
    stream.on('data', reply => texts.push(reply.text));
    stream.on('error', () => { });
    stream.on('status', status => setImmediate(() => done({ texts, code: name(status.code), trailers: status.metadata })));
  });

  const seen = {};
  const bytes = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
  const metadata = new grpc.Metadata();
  metadata.set('echo-a', 'b');
  metadata.set('echo-bytes-bin', bytes);
  const first = await unary({ text: 'hello' }, metadata);
  const trailer = key => first.trailers.get(key)[0];
  seen.unary = [first.text, trailer('x-trailer'), trailer('echo-a'), bytes.equals(trailer('echo-bytes-bin') ?? Buffer.alloc(0))];
  seen.download = (await all(client.Download({ text: 'part', count: 5 }, within(60)))).texts.length;
  seen.upload = await new Promise((done, failed) => {
    const stream = client.Upload(within(60), (error, reply) => error ? failed(error) : done(reply.text));
    for (let i = 0; i < 10; i++) stream.write({ text: 'part' });
    stream.end();
  });
  seen.large = (await unary({ text: 'x'.repeat(6 << 20) })).text?.length;
  const zipped = new Echo(target, credentials, {
    ...options, 'grpc.default_authority': host, 'grpc.enable_http_proxy': 0, 'grpc.ssl_target_name_override': host,
    'grpc.default_compression_algorithm': 2,
  });
  seen.gzip = await new Promise(done => zipped.Unary({ text: 'y'.repeat(10000) }, within(60),
    (error, reply) => done(reply?.text === 'y'.repeat(10000))));

  // The headers come before anything is said, and each answer before the next question.
  seen.chat = await new Promise(done => {
    const stream = client.Chat(within(60));
    const heard = [];
    let early;
    stream.on('metadata', headers => {
      early = headers.get('x-early')[0];
      stream.write({ text: '0' });
    });
    stream.on('data', reply => {
      heard.push(reply.text);
      if (heard.length < 3) stream.write({ text: `${heard.length}` });
      else stream.end();
    });
    stream.on('error', () => { });
    stream.on('status', status => setImmediate(() => done([early, ...heard.slice(0, 3), heard.length - 3, status.metadata.get('x-trailer')[0]])));
  });

  const failed = await unary({ fail_with: 9 });
  seen.failure = [failed.code, failed.details];
  seen.deadline = (await unary({ hang: true }, undefined, within(1))).code;
  const hanging = client.Download({ text: 'part', count: 1, hang: true }, within(60));
  hanging.once('data', () => hanging.cancel());
  seen.cancelled = (await all(hanging)).code;
  seen.unknown = await new Promise(done => client.makeUnaryRequest(
    '/mesh.tests.Echo/Nothing', () => Buffer.alloc(0), () => ({}), {}, error => done(name(error?.code ?? 0))));
  console.log(JSON.stringify(seen));
  process.exit(0);
}

if (command === 'serve') serve();
else await call();
