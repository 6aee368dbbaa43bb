import { Anchor, Group, Image, Stack, Text } from '@mantine/core';
import type { MediaView } from '../client';
import { inLondon, spelled } from '../words';

const size = (bytes: number) =>
  bytes < 1_000_000 ? `${Math.ceil(bytes / 1000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;

/** What somebody has sent: pictures to look at, voices to listen to, the rest to open. */
export function Media({ files }: { files: MediaView[] }) {
  if (files.length === 0) return null;
  return (
    <Group gap="xs" align="flex-start">
      {files.map((file) => (
        <One key={file.id} file={file} />
      ))}
    </Group>
  );
}

function One({ file }: { file: MediaView }) {
  const source = `/api/v1/media/${file.id}`;
  const label = `${spelled(file.kind)}, ${inLondon(file.sent)}`;
  if (file.kind === 'voice') {
    return (
      <Stack gap={2}>
        <Text size="sm">{label}</Text>
        {/* Nobody has written down what is said in it. */}
        <audio controls preload="none" src={source} aria-label={label} />
      </Stack>
    );
  }
  return (
    <Anchor href={source} target="_blank" rel="noreferrer" aria-label={`${label}, ${size(file.bytes)}`}>
      {file.kind === 'picture' ? (
        <Image src={source} alt="" h={140} w="auto" maw="100%" radius="sm" loading="lazy" />
      ) : (
        `${label}, ${size(file.bytes)}`
      )}
    </Anchor>
  );
}
