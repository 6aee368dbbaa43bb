import { Badge, Button, Code, Collapse, Group, Paper, Stack, Text } from '@mantine/core';
import { Wrench } from 'lucide-react';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import type { LineView } from '../client';
import { clock, spelled } from '../words';

const SPEAKERS: Record<string, string> = {
  caller: 'Caller',
  receptionist: 'Sarah',
  staff: 'Colleague',
  tool: 'Tool',
};

type Props = {
  lines: LineView[];
  live: boolean;
  /** The recording is at this instant. */
  playing?: number;
  /** Plays the recording from there. */
  seek?: (line: LineView) => void;
  /** Beneath a line: what colleagues wrote of it. */
  below?: (line: LineView) => ReactNode;
};

/** The words of a conversation: live, over, or a test. Follows the end unless the reader has scrolled up. */
export function Transcript({ lines, live, playing, seek, below }: Props) {
  const spoken = playing && lines.findLast((line) => Date.parse(line.spoken) <= playing + 1000)?.id;
  const box = useRef<HTMLDivElement>(null);
  const [follows, setFollows] = useState(true);
  const [seen, setSeen] = useState(lines.length);
  const last = lines.length;
  useEffect(() => {
    if (!live || !follows || !box.current) return;
    box.current.scrollTop = box.current.scrollHeight;
    setSeen(last);
  }, [last, live, follows]);
  const scrolled = () => {
    const { scrollTop, scrollHeight, clientHeight } = box.current ?? {
      scrollTop: 0,
      scrollHeight: 0,
      clientHeight: 0,
    };
    setFollows(scrollHeight - scrollTop - clientHeight < 40);
  };
  const unread = last - seen;
  return (
    <div style={{ position: 'relative' }}>
      <div
        ref={box}
        role="log"
        aria-live="off"
        aria-label="Transcript"
        tabIndex={0}
        onScroll={scrolled}
        style={{ maxHeight: '65vh', overflowY: 'auto', overscrollBehavior: 'contain' }}
      >
        <Stack gap="xs" p={4}>
          {lines.map((line) =>
            line.speaker === 'tool' ? (
              <Tool key={line.id} line={line} />
            ) : (
              <Line key={line.id} line={line} seek={seek} now={line.id === spoken}>
                {below?.(line)}
              </Line>
            ),
          )}
        </Stack>
      </div>
      {live && !follows && unread > 0 && (
        <Button
          size="xs"
          style={{ position: 'absolute', bottom: 8, insetInlineStart: '50%', translate: '-50%' }}
          onClick={() => setFollows(true)}
        >
          {unread} new {unread === 1 ? 'line' : 'lines'}
        </Button>
      )}
    </div>
  );
}

type LineProps = { line: LineView; seek?: Props['seek']; now: boolean; children: ReactNode };

function Line({ line, seek, now, children }: LineProps) {
  const ours = line.speaker !== 'caller';
  const cut = line.words_heard != null && line.words_heard !== line.words;
  return (
    <Paper
      withBorder
      p="xs"
      style={now ? { borderColor: 'var(--mantine-primary-color-filled)', borderWidth: 2 } : undefined}
      ms={ours ? 'xl' : 0}
      me={ours ? 0 : 'xl'}
      bg={ours ? 'var(--mantine-color-default-hover)' : undefined}
    >
      <Group gap="xs" mb={2}>
        <Text size="sm" fw={600}>
          {SPEAKERS[line.speaker] ?? line.speaker}
        </Text>
        {seek ? (
          <Button
            variant="default"
            size="compact-xs"
            onClick={() => seek(line)}
            aria-label={`Play from ${clock(line.spoken)}`}
          >
            {clock(line.spoken)}
          </Button>
        ) : (
          <Text size="xs" c="dimmed">
            <time dateTime={line.spoken}>{clock(line.spoken)}</time>
          </Text>
        )}
        {line.took_ms != null && <Gap ms={line.first_token_ms ?? line.took_ms} />}
      </Group>
      <Text style={{ overflowWrap: 'anywhere' }}>{cut ? line.words_heard : line.words}</Text>
      {cut && (
        <Text size="sm" c="dimmed" fs="italic">
          The caller spoke over: “{line.words?.slice(line.words_heard?.length ?? 0).trim()}”
        </Text>
      )}
      {children}
    </Paper>
  );
}

/** From the caller's last word to our first. */
function Gap({ ms }: { ms: number }) {
  const [color, verdict] =
    ms <= 800 ? ['teal', 'quick'] : ms <= 1500 ? ['yellow', 'slow'] : ['red', 'too slow'];
  return (
    <Badge size="sm" variant="outline" color={`${color}.9`} tt="none" c="var(--mantine-color-text)">
      {ms} ms, {verdict}
    </Badge>
  );
}

function Tool({ line }: { line: LineView }) {
  const [open, setOpen] = useState(false);
  return (
    <Paper withBorder p="xs" mx="xl">
      <Button
        variant="default"
        size="compact-sm"
        leftSection={<Wrench size={14} aria-hidden />}
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        {spelled(line.tool)}
      </Button>
      <Collapse expanded={open}>
        <Code block style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
          {pretty(line.arguments)}
          {'\n→ '}
          {pretty(line.result)}
        </Code>
      </Collapse>
    </Paper>
  );
}

function pretty(json: string | null | undefined): string {
  try {
    return JSON.stringify(JSON.parse(json ?? 'null'), null, 1);
  } catch {
    return json ?? '';
  }
}
