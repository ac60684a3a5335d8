// What a page does with the npm package grpc-web: the same in a browser and in node, where the globals grpcWeb and protobuf are set first.
// A classic script, so that a page can load it without a bundler.
globalThis.runGrpcWebCases = async function (address, format, proto) {
  const { root } = protobuf.parse(proto, { keepCase: true });
  const type = name => root.lookupType(`mesh.tests.${name}`);
  const [request, reply] = [type('EchoRequest'), type('EchoReply')];
  const client = new grpcWeb.GrpcWebClientBase({ format });
  const method = (name, kind) => new grpcWeb.MethodDescriptor(
    `/mesh.tests.Echo/${name}`, kind, Object, Object, message => request.encode(message).finish(), bytes => reply.decode(bytes));

  const unary = (message, metadata = {}) => new Promise(done => {
    const seen = {};
    const call = client.rpcCall(`${address}/mesh.tests.Echo/Unary`, message, metadata, method('Unary', grpcWeb.MethodType.UNARY),
      (error, answer) => {
        if (error) seen.error = { code: error.code, message: error.message };
        else seen.text = answer.text;
        // The status of the call is told right after, or was right before.
        setTimeout(() => done(seen), 0);
      });
    call.on('status', status => { seen.status = status.code; seen.trailers = status.metadata; });
  });

  // Resolves at the end of the call, or calls it off once it has given as many texts as wanted.
  const stream = (message, enough) => new Promise(done => {
    const seen = { texts: 0 };
    const call = client.serverStreaming(`${address}/mesh.tests.Echo/Download`, message, {},
      method('Download', grpcWeb.MethodType.SERVER_STREAMING));
    call.on('data', () => {
      if (++seen.texts === enough) {
        call.cancel();
        done(seen);
      }
    });
    call.on('status', status => { seen.status = status.code; });
    call.on('end', () => done(seen));
    call.on('error', error => { seen.error = error.code; done(seen); });
  });

  return {
    unary: await unary({ text: 'héllo' }, { 'echo-a': 'b' }),
    large: (await unary({ text: 'x'.repeat(1_000_000) })).text?.length,
    failure: await unary({ fail_with: 9 }),
    stream: await stream({ text: 'part', count: 20 }),
    // Only text comes piece by piece, and to browsers only: node's XMLHttpRequest shows an answer when it is whole.
    endless: format === 'text' && globalThis.document ? await stream({ text: 'part', count: 3, hang: true }, 3) : null,
    unknown: await new Promise(done => client.rpcCall(`${address}/mesh.tests.Echo/Nothing`, {}, {},
      method('Nothing', grpcWeb.MethodType.UNARY), error => done({ code: error?.code, message: error?.message }))),
  };
};
