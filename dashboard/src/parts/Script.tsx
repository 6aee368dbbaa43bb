import { Button, Group, Stack, Text, Textarea } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import type { TestCallView } from '../client';

type Props = { first: string; say: (words: string) => Promise<TestCallView> };

/** A whole call at once: each line is said when the one before is answered. */
export function Script({ first, say }: Props) {
  const [text, setText] = useState(first);
  const [at, setAt] = useState<number>();
  const stopped = useRef(false);
  useEffect(() => () => void (stopped.current = true), []);
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
  const run = async () => {
    stopped.current = false;
    for (const [nth, words] of lines.entries()) {
      setAt(nth + 1);
      const now = await say(words);
      if (stopped.current || now.ending) break;
    }
  };
  return (
    <Stack gap="xs">
      <Textarea
        label="A whole call, one line each"
        autosize
        minRows={2}
        maxRows={12}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <Group>
        <Button
          variant="default"
          disabled={lines.length === 0 || at != null}
          // What went wrong is shown above; the line that failed was not said.
          onClick={() =>
            void run().then(
              () => setAt(undefined),
              () => setAt(undefined),
            )
          }
        >
          Say all of it
        </Button>
        {at != null && (
          <Button variant="default" onClick={() => (stopped.current = true)}>
            Stop
          </Button>
        )}
        <Text role="status" size="sm">
          {at != null && `${at} of ${lines.length}`}
        </Text>
      </Group>
    </Stack>
  );
}
