// Every built file beside itself in Brotli and gzip: the server sends what the browser takes and compresses nothing itself.
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';

function files(folder) {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? files(path) : [path];
  });
}

for (const path of files('dist').filter((path) => /\.(js|css|html|svg|json)$/.test(path))) {
  const whole = readFileSync(path);
  writeFileSync(`${path}.br`, brotliCompressSync(whole));
  writeFileSync(`${path}.gz`, gzipSync(whole, { level: 9 }));
}
