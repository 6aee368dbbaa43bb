import { Alert, Button, Card, Code, Grid, Group, Stack, Switch, Text, TextInput, Title } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { Mic } from 'lucide-react';
import { useRef, useState } from 'react';
import { problemOf } from '../api';
import type { TestCallView, WrittenRow } from '../client';
import {
  beginTestCallMutation,
  endTestCallMutation,
  getCallOptions,
  takeTestTurnMutation,
} from '../client/@tanstack/react-query.gen';
import { Facts } from '../parts/Facts';
import { Latency } from '../parts/Latency';
import { Script } from '../parts/Script';
import { Empty } from '../parts/States';
import { Transcript } from '../parts/Transcript';
import { spelled } from '../words';

const route = getRouteApi('/staff/test-phone');

/** Sarah, tried out: the same doors, tools and rules as the telephone, on a copy of the agency that is thrown away. */
export function TestPhone() {
  const { about, replay } = route.useSearch();
  const [call, setCall] = useState<TestCallView>();
  const [before, setBefore] = useState<TestCallView>();
  const real = useQuery({ ...getCallOptions({ path: { id: replay ?? '' } }), enabled: replay != null });
  const lines = real.data?.lines.filter(({ speaker, words }) => speaker === 'caller' && words);
  const [over, setOver] = useState(false);
  const [aloud, setAloud] = useState(false);
  const heard = (now: TestCallView) => {
    setCall(now);
    if (aloud) speak(now.heard);
  };
  const begin = useMutation({
    ...beginTestCallMutation(),
    onSuccess: (now) => {
      setOver(false);
      setBefore(call);
      heard(now);
    },
  });
  const turn = useMutation({ ...takeTestTurnMutation(), onSuccess: heard });
  const end = useMutation({
    ...endTestCallMutation(),
    onSuccess: (now) => {
      setCall(now);
      setOver(true);
    },
  });
  const error = begin.error ?? turn.error ?? end.error;
  const goesOn = call != null && !over;
  return (
    <Stack>
      <Title order={1} size="h2">
        Test phone
      </Title>
      <Text c="dimmed">
        A copy of this agency answers. Nothing is sent, nobody is rung, and the diary stays as it is; a model
        is asked as in any call, and costs what it costs. Typed: response times are the server’s, without
        speech.
      </Text>
      {!goesOn && <RingUp pending={begin.isPending} ring={(body) => begin.mutate({ body })} />}
      {error && (
        <Alert color="red" variant="outline" title={problemOf(error).title}>
          {problemOf(error).detail}
        </Alert>
      )}
      {!call && <Empty title="Nobody is on the line">Ring Sarah, and say what a caller would say.</Empty>}
      {call && (
        <Grid>
          <Grid.Col span={{ base: 12, md: 7 }}>
            <Stack>
              <Transcript lines={call.lines} live={goesOn} />
              {goesOn && call.ending == null && (
                <>
                  <Say
                    key={call.id}
                    first={about ? `I'm calling about ${about}` : ''}
                    pending={turn.isPending}
                    aloud={aloud}
                    setAloud={setAloud}
                    say={(body) => turn.mutate({ path: { id: call.id }, body })}
                  />
                  <Script
                    key={`${call.id} ${lines?.length}`}
                    first={lines?.map(({ words }) => words).join('\n') ?? ''}
                    say={(words) => turn.mutateAsync({ path: { id: call.id }, body: { words } })}
                  />
                </>
              )}
              <Group>
                {goesOn && (
                  <a href={`/api/v1/test-calls/${encodeURIComponent(call.id)}/scenario`} download>
                    Make it a test case
                  </a>
                )}
                {goesOn && (
                  <Button
                    variant="default"
                    loading={end.isPending}
                    onClick={() => end.mutate({ path: { id: call.id } })}
                  >
                    Hang up
                  </Button>
                )}
                <Text role="status">{call.ending ? `Ended: ${call.ending}` : ''}</Text>
              </Group>
            </Stack>
          </Grid.Col>
          <Grid.Col span={{ base: 12, md: 5 }}>
            <Stack>
              <Facts title="What Sarah makes of it" rows={understood(call)} />
              <Written rows={call.written} />
              <Latency lines={call.lines} />
              {before && (
                <details>
                  <summary>The call before, to compare</summary>
                  <Transcript lines={before.lines} live={false} />
                </details>
              )}
            </Stack>
          </Grid.Col>
        </Grid>
      )}
    </Stack>
  );
}

const understood = ({ intent, step, facts }: TestCallView): [string, string][] => [
  ['About', spelled(intent)],
  ['Sarah', spelled(step)],
  ...facts.map(({ name, value }): [string, string] => [spelled(name), value]),
];

function RingUp({
  ring,
  pending,
}: {
  ring: (body: { from?: string; at?: string; drafts?: boolean }) => void;
  pending: boolean;
}) {
  const [from, setFrom] = useState('');
  const [at, setAt] = useState('');
  const [drafts, setDrafts] = useState(false);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        ring({ from: from.trim() || undefined, at: at || undefined, drafts });
      }}
    >
      <Group align="flex-end">
        <TextInput
          label="Your number"
          description="a tenant’s, to be taken for that tenant"
          placeholder="nobody known"
          value={from}
          onChange={(event) => setFrom(event.currentTarget.value)}
        />
        <TextInput
          type="datetime-local"
          label="Pretend it is, in London"
          description="to try the office closed"
          value={at}
          onChange={(event) => setAt(event.currentTarget.value)}
        />
        <Switch
          label="With the drafted settings"
          checked={drafts}
          onChange={(event) => setDrafts(event.currentTarget.checked)}
        />
        <Button type="submit" loading={pending}>
          Ring Sarah
        </Button>
      </Group>
    </form>
  );
}

type SayProps = {
  /** What is said first. */
  first: string;
  say: (said: { words?: string; keys?: string }) => void;
  pending: boolean;
  aloud: boolean;
  setAloud: (on: boolean) => void;
};

function Say({ first, say, pending, aloud, setAloud }: SayProps) {
  const [words, setWords] = useState(first);
  const field = useRef<HTMLInputElement>(null);
  const [why, setWhy] = useState('');
  const send = (said: { words?: string; keys?: string }) => {
    say(said);
    setWords('');
    field.current?.focus();
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (words.trim()) send({ words });
      }}
    >
      <Stack gap="xs">
        <TextInput
          ref={field}
          label="You say"
          value={words}
          onChange={(event) => setWords(event.currentTarget.value)}
          autoComplete="off"
          data-autofocus
        />
        <Group gap="xs">
          <Button type="submit" loading={pending} disabled={!words.trim()}>
            Say
          </Button>
          <Button
            variant="default"
            disabled={pending || !/^[0-9*#]+$/.test(words.trim())}
            onClick={() => send({ keys: words.trim() })}
          >
            Press as keys
          </Button>
          <Button variant="default" disabled={pending} onClick={() => send({})}>
            Say nothing
          </Button>
          {recogniser() && (
            <Button
              variant="default"
              leftSection={<Mic size={16} aria-hidden />}
              disabled={pending}
              onClick={() => listen(setWords, setWhy)}
            >
              Speak
            </Button>
          )}
        </Group>
        {'speechSynthesis' in window && (
          <Switch
            label="Read Sarah’s words aloud (the browser’s voice, not hers)"
            checked={aloud}
            onChange={(event) => setAloud(event.currentTarget.checked)}
          />
        )}
        {recogniser() && (
          <Text size="sm" c="dimmed">
            “Speak” uses your browser’s recogniser, which may send sound to its maker; it is not the
            telephone’s.
          </Text>
        )}
        <Text role="status" size="sm">
          {why}
        </Text>
      </Stack>
    </form>
  );
}

type Recogniser = {
  lang: string;
  start(): void;
  onresult: (event: { results: { [n: number]: { [n: number]: { transcript: string } } } }) => void;
  onerror: (event: { error: string }) => void;
};

/** Whether this browser says it can hear; only a try tells. */
function recogniser(): (new () => Recogniser) | undefined {
  const known = window as unknown as Record<string, new () => Recogniser>;
  return known.SpeechRecognition ?? known.webkitSpeechRecognition;
}

const REFUSED: Record<string, string> = {
  'not-allowed': 'The browser may not use the microphone. Type instead.',
  'audio-capture': 'There is no microphone. Type instead.',
  network: 'The browser’s recogniser cannot be reached. Type instead.',
  'no-speech': 'Nothing was heard. Speak again, or type.',
};

function listen(hear: (words: string) => void, refuse: (why: string) => void) {
  const Recogniser = recogniser();
  if (!Recogniser) return;
  const ear = new Recogniser();
  ear.lang = 'en-GB';
  ear.onresult = ({ results }) => hear(results[0]?.[0]?.transcript ?? '');
  ear.onerror = ({ error }) => refuse(REFUSED[error] ?? 'The browser cannot hear you. Type instead.');
  refuse('Listening…');
  ear.start();
}

/** One sentence at a time: long utterances stop half-way in some browsers. */
function speak(words: string) {
  window.speechSynthesis.cancel();
  for (const sentence of words.match(/[^.!?]+[.!?]*/g) ?? []) {
    const said = new SpeechSynthesisUtterance(sentence);
    said.lang = 'en-GB';
    window.speechSynthesis.speak(said);
  }
}

const HIDDEN = new Set([
  'id',
  'created_at',
  'updated_at',
  'send_after',
  'to_address',
  'from_address',
  'lead_id',
]);

/** What the call would have left. */
function Written({ rows }: { rows: WrittenRow[] }) {
  return (
    <Card withBorder component="section" aria-label="What would be written">
      <Title order={2} size="h4" mb="xs">
        What would be written
      </Title>
      {rows.length === 0 && <Text c="dimmed">Nothing so far.</Text>}
      <Stack gap="xs">
        {rows.map(({ table, row }) => (
          <div key={`${table} ${String(row.id)}`}>
            <Text fw={600} size="sm">
              {spelled(table)}
            </Text>
            <Code block style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }} tabIndex={0}>
              {Object.entries(row)
                .filter(([column]) => !HIDDEN.has(column))
                .map(
                  ([column, value]) =>
                    `${column}: ${typeof value === 'string' ? value : JSON.stringify(value)}`,
                )
                .join('\n')}
            </Code>
          </div>
        ))}
      </Stack>
    </Card>
  );
}
