import { Anchor, Badge, Card, Grid, Group, Stack, Text, Title } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { type ReactNode, useRef, useState } from 'react';
import type { CallDetail, CallView, LineView } from '../client';
import {
  deleteRecordingMutation,
  getCallOptions,
  listCallsOptions,
  whoAmIOptions,
} from '../client/@tanstack/react-query.gen';
import { anew } from '../api';
import { Back } from '../frame/Frame';
import { Actions } from '../parts/Actions';
import { Ask } from '../parts/Ask';
import { Assess } from '../parts/Assess';
import { Facts } from '../parts/Facts';
import { Latency } from '../parts/Latency';
import { Made } from '../parts/Made';
import { NewTask } from '../parts/NewTask';
import { Notes, WriteNote } from '../parts/Notes';
import { Phone } from '../parts/Phone';
import { Waiting } from '../parts/States';
import { Transcript } from '../parts/Transcript';
import { Since, When } from '../parts/When';
import { clock, lasted, spelled } from '../words';

const route = getRouteApi('/staff/calls/$id');

/** One conversation: as it happens, and ever after. */
export function Call() {
  const { id } = route.useParams();
  const call = useQuery(getCallOptions({ path: { id } }));
  return (
    <Stack>
      <Waiting query={call} />
      {call.data && <Detail key={id} id={id} detail={call.data} />}
    </Stack>
  );
}

function Detail({ id, detail }: { id: string; detail: CallDetail }) {
  const { blind, t } = route.useSearch();
  const { data: me } = useQuery(whoAmIOptions());
  const sound = useRef<HTMLAudioElement>(null);
  const [playing, setPlaying] = useState<number>();
  const { call: facts, holder, lines, made, assessments, notes, has_recording } = detail;
  const live = facts.ended == null;
  // Whoever reads blind sees what Sarah made of it once they have said what they think.
  const hidden = blind && !assessments.some(({ account }) => account === me?.id);
  const readable = hidden ? notes.filter(({ account }) => account === me?.id) : notes;
  const began = Date.parse(facts.started);
  const seek = (line: LineView) => {
    if (!sound.current) return;
    sound.current.currentTime = Math.max(0, (Date.parse(line.spoken) - began) / 1000 - 2);
    // Where it cannot be played the player says so.
    sound.current.play().catch(() => {});
  };
  return (
    <Stack>
      <Group>
        <Back to={live ? '/' : '/calls'}>{live ? 'All live calls' : 'All calls'}</Back>
      </Group>
      <Group>
        <Title order={1} size="h2">
          {facts.name ?? facts.phone ?? 'Number withheld'}
        </Title>
        <Link to="/leads/$id" params={{ id: `${facts.lead}` }}>
          Everything of them
        </Link>
        {live && <Badge color="teal.9">going on</Badge>}
        {facts.has_emergency && <Badge color="red.9">Emergency</Badge>}
        <NewTask call={id} />
        {!live && me?.permissions.includes('work') && (
          <Link to="/test-phone" search={{ replay: id }}>
            Play it on the test phone
          </Link>
        )}
      </Group>
      {live && facts.channel === 'voice' && <Actions id={id} holder={holder ?? undefined} />}
      <Grid>
        <Grid.Col span={{ base: 12, md: 8 }}>
          {has_recording && (
            <Recording id={id} player={sound} at={t} heard={(s) => setPlaying(began + s * 1000)} />
          )}
          {!has_recording && !live && facts.channel === 'voice' && (
            <Text size="sm" c="dimmed" mb="xs">
              There is no recording: calls are not recorded, the caller objected, or its time is over.
            </Text>
          )}
          <Transcript
            lines={lines}
            live={live}
            playing={playing}
            seek={has_recording ? seek : undefined}
            below={(line) =>
              live ? null : (
                <>
                  <Notes notes={readable.filter((note) => note.line === line.id)} />
                  <WriteNote of={{ call: id, line: line.id }} label="Note" about={clock(line.spoken)} />
                </>
              )
            }
          />
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 4 }}>
          <Stack>
            {hidden ? (
              <Text c="dimmed">What Sarah made of the call is hidden until you have said how it was.</Text>
            ) : (
              <>
                <Known call={facts} live={live} held={holder != null} />
                <Made made={made} />
                <Before lead={facts.lead} id={id} />
              </>
            )}
            <Latency lines={lines} />
            {!live && <Assess id={id} assessments={assessments} blind={blind} />}
            {!live && (
              <Stack component="section" aria-label="Notes of the call" gap="xs">
                <Notes notes={readable.filter(({ line }) => line == null)} />
                <Group>
                  <WriteNote of={{ call: id }} />
                </Group>
              </Stack>
            )}
          </Stack>
        </Grid.Col>
      </Grid>
    </Stack>
  );
}

function Recording({
  id,
  player,
  at,
  heard,
}: {
  id: string;
  player: React.RefObject<HTMLAudioElement | null>;
  at?: number;
  /** So many seconds of it. */
  heard: (seconds: number) => void;
}) {
  const sound = `/api/v1/calls/${id}/recording`;
  const { data: me } = useQuery(whoAmIOptions());
  const remove = useMutation({ ...deleteRecordingMutation(), ...anew });
  return (
    <Group component="section" aria-label="Recording" mb="md">
      {/* The transcript below is its text. */}
      <audio
        ref={player}
        onTimeUpdate={(event) => heard(event.currentTarget.currentTime)}
        controls
        preload="none"
        src={at ? `${sound}#t=${at}` : sound}
        aria-label="The sound of this call"
        style={{ flexGrow: 1 }}
      />
      <Anchor href={sound} download={`${id}.mp3`}>
        Download
      </Anchor>
      {me?.permissions.includes('administer') && (
        <Ask
          label="Delete"
          about="the recording"
          does="Delete it"
          danger
          change={remove}
          submit={(close) => remove.mutate({ path: { id } }, { onSuccess: close })}
        >
          <Text size="sm">
            The sound goes, here and at Twilio; the words below stay. It cannot be undone.
          </Text>
        </Ask>
      )}
    </Group>
  );
}

function Known({ call, live, held }: { call: CallView; live: boolean; held: boolean }) {
  const rows: [string, ReactNode][] = [
    ['Began', <When key="began" at={call.started} />],
    ['Number', <Phone key="number" number={call.phone} />],
    ['Way', spelled(call.channel)],
    ['About', spelled(call.intent)],
  ];
  if (!live) {
    rows.push(['Outcome', spelled(call.outcome)]);
    rows.push(['Length', call.duration_s == null ? '—' : lasted(call.duration_s)]);
    // While a colleague has it nothing is heard here.
  } else if (!held) rows.push(['Silent for', <Since key="silent" at={call.updated} />]);
  if (live && call.step) rows.push(['Sarah', spelled(call.step)]);
  for (const fact of call.facts) rows.push([spelled(fact.name), fact.value]);
  return <Facts title="What is known" words={call.summary} rows={rows} />;
}

/** The latest other conversations with them. */
function Before({ lead, id }: { lead: number; id: string }) {
  const calls = useQuery(listCallsOptions({ query: { lead, limit: 6 } }));
  const others = calls.data?.items.filter((call) => call.id !== id) ?? [];
  if (others.length === 0) return null;
  return (
    <Card withBorder component="section" aria-label="Their other calls">
      <Title order={2} size="h4" mb="xs">
        Their other calls
      </Title>
      <Stack gap={4}>
        {others.map((call) => (
          <Text key={call.id} size="sm">
            <Link to="/calls/$id" params={{ id: call.id }}>
              <When at={call.started} />
            </Link>{' '}
            {spelled(call.intent)}, {spelled(call.outcome).toLowerCase()}
          </Text>
        ))}
      </Stack>
    </Card>
  );
}
