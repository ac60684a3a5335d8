// The same in chromium: node grpc_web_browser.mjs CHROMIUM ADDRESS text|binary PROTO-FILE. The page comes from another origin than ADDRESS,
// so that the browser asks for permission first. Prints what the page saw as JSON.
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { chromium } from 'playwright-core';

const require = createRequire(import.meta.url);
const read = name => readFileSync(require.resolve(name), 'utf8');
const scripts = {
  // A CommonJS module: what it exports is taken from there.
  '/grpc-web.js': `{ const exports = {}; const module = { exports }; ${read('grpc-web')}\n globalThis.grpcWeb = module.exports; }`,
  '/protobuf.js': read('protobufjs/dist/protobuf.js'),
  '/cases.js': readFileSync(new URL('./grpc_web_cases.js', import.meta.url), 'utf8'),
};
const page = '<!doctype html><title>gRPC-Web</title>' + Object.keys(scripts).map(path => `<script src="${path}"></script>`).join('');

const [executablePath, address, format, proto] = process.argv.slice(2);
const server = createServer((request, response) => {
  response.setHeader('content-type', scripts[request.url] ? 'text/javascript; charset=utf-8' : 'text/html; charset=utf-8');
  response.end(scripts[request.url] ?? page);
});
await new Promise(ready => server.listen(0, '127.0.0.1', ready));
const browser = await chromium.launch({
  executablePath, headless: true, timeout: 120_000, args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--ignore-certificate-errors'],
});
try {
  const tab = await browser.newPage();
  tab.setDefaultTimeout(120_000);
  tab.on('console', message => console.error(message.text()));
  await tab.goto(`http://127.0.0.1:${server.address().port}/`, { timeout: 120_000 });
  const seen = await tab.evaluate(
    ([to, how, text]) => globalThis.runGrpcWebCases(to, how, text), [address, format, readFileSync(proto, 'utf8')]);
  console.log(JSON.stringify(seen));
} finally {
  await browser.close();
  server.close();
}
