import { Alert, Button, Group, Modal, Select, Stack, Text, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Headset, Siren } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { problemOf, anew } from '../api';
import type { Holder } from '../client';
import {
  endCallMutation,
  handBackMutation,
  listColleaguesOptions,
  listHazardsOptions,
  markEmergencyMutation,
  takeOverMutation,
  whisperMutation,
  whoAmIOptions,
} from '../client/@tanstack/react-query.gen';
import { choices, spelled } from '../words';
import { Since } from './When';

const CLOSE = { 'aria-label': 'Close' };

/** What can be done with a call that goes on. Nothing here is shown as done before the server says so. */
export function Actions({ id, holder }: { id: string; holder?: Holder }) {
  const { data: me } = useQuery(whoAmIOptions());
  const takeOver = useMutation({ ...takeOverMutation(), ...anew });
  const handBack = useMutation({ ...handBackMutation(), ...anew });
  const end = useMutation({ ...endCallMutation(), ...anew });
  const whisper = useMutation({ ...whisperMutation(), ...anew });
  const mark = useMutation({ ...markEmergencyMutation(), ...anew });
  const before = useRef(holder?.status);
  const [refused, setRefused] = useState(false);
  useEffect(() => {
    // A telephone rang, and the call is Sarah's again: nobody took it.
    if (holder) setRefused(false);
    else if (before.current === 'ringing') setRefused(true);
    before.current = holder?.status;
  }, [holder]);
  const error = takeOver.error ?? handBack.error ?? end.error ?? whisper.error ?? mark.error;
  if (!me?.permissions.includes('work')) return null;
  return (
    <Stack gap="xs">
      <Text role="status">{refused ? 'Nobody took it: the call is still with Sarah.' : state(holder)}</Text>
      <Group gap="xs">
        {!holder && (
          <TakeOver
            user={me.user ?? undefined}
            take={(user) => takeOver.mutate({ path: { id }, body: { user } })}
            pending={takeOver.isPending}
          />
        )}
        {holder?.status === 'accepted' && (
          <HandBack
            back={(note) => handBack.mutate({ path: { id }, body: { note } })}
            pending={handBack.isPending}
          />
        )}
        {!holder && (
          <MarkEmergency
            mark={(hazard) => mark.mutate({ path: { id }, body: { hazard } })}
            pending={mark.isPending}
          />
        )}
        <End end={() => end.mutate({ path: { id } })} pending={end.isPending} />
      </Group>
      {!holder && (
        <Whisper
          key={whisper.submittedAt}
          tell={(words) => whisper.mutate({ path: { id }, body: { words } })}
          pending={whisper.isPending}
        />
      )}
      {error && (
        <Alert color="red" variant="outline" title={problemOf(error).title}>
          {problemOf(error).detail}
        </Alert>
      )}
      {holder && (
        <Text size="sm" c="dimmed">
          for <Since at={holder.since} />
        </Text>
      )}
    </Stack>
  );
}

function state(holder?: Holder): string {
  if (!holder) return 'Sarah has this call.';
  if (holder.status === 'ringing') return 'A colleague’s telephone is ringing.';
  return `${holder.name ?? 'A colleague'} has this call.`;
}

function TakeOver({
  user,
  take,
  pending,
}: {
  user?: number;
  take: (user: number) => void;
  pending: boolean;
}) {
  const [open, { open: ask, close }] = useDisclosure();
  const { data: colleagues = [] } = useQuery({ ...listColleaguesOptions(), enabled: open });
  const [chosen, setChosen] = useState<string | null>(user == null ? null : `${user}`);
  const choices = colleagues.map((colleague) => ({
    value: `${colleague.user}`,
    label: `${colleague.name}, ${spelled(colleague.role)}${colleague.is_busy ? ', busy' : ''}`,
  }));
  return (
    <>
      <Button leftSection={<Headset size={16} aria-hidden />} loading={pending} onClick={ask} data-key="t">
        Take over or transfer
      </Button>
      <Modal opened={open} onClose={close} title="Whose telephone shall ring?" closeButtonProps={CLOSE}>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (!chosen) return;
            take(Number(chosen));
            close();
          }}
        >
          <Stack>
            <Text size="sm">
              The caller hears that a colleague is coming. Key 1 on that telephone joins the two; if nobody
              takes it, Sarah goes on.
            </Text>
            <Select
              label="Colleague"
              data={choices}
              value={chosen}
              onChange={setChosen}
              required
              searchable
            />
            <Button type="submit">Ring</Button>
          </Stack>
        </form>
      </Modal>
    </>
  );
}

function HandBack({ back, pending }: { back: (note?: string) => void; pending: boolean }) {
  const [note, setNote] = useState('');
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        back(note || undefined);
      }}
    >
      <Group align="flex-end" gap="xs">
        <TextInput
          label="For Sarah, not for the caller"
          placeholder="what was agreed, in one line"
          data-key="b"
          maxLength={300}
          value={note}
          onChange={(event) => setNote(event.currentTarget.value)}
        />
        <Button type="submit" loading={pending}>
          Hand back to Sarah
        </Button>
      </Group>
    </form>
  );
}

function End({ end, pending }: { end: () => void; pending: boolean }) {
  const [open, { open: ask, close }] = useDisclosure();
  return (
    <>
      <Button variant="default" loading={pending} onClick={ask}>
        End the call
      </Button>
      <Modal opened={open} onClose={close} title="End this call?" closeButtonProps={CLOSE}>
        <Stack>
          <Text size="sm">The caller is cut off at once.</Text>
          <Group>
            <Button
              color="red.9"
              onClick={() => {
                end();
                close();
              }}
            >
              End it
            </Button>
            <Button variant="default" onClick={close}>
              Let it go on
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}

/** Her model reads it before its next answer. */
function Whisper({ tell, pending }: { tell: (words: string) => void; pending: boolean }) {
  const [words, setWords] = useState('');
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (words.trim()) tell(words);
      }}
    >
      <Group align="flex-end" gap="xs">
        <TextInput
          label="Whisper to Sarah"
          placeholder="offer the flat in Elgin Avenue"
          maxLength={300}
          value={words}
          onChange={(event) => setWords(event.currentTarget.value)}
          w={320}
          maw="100%"
        />
        <Button type="submit" variant="default" loading={pending}>
          Whisper
        </Button>
      </Group>
    </form>
  );
}

function MarkEmergency({ mark, pending }: { mark: (hazard: string) => void; pending: boolean }) {
  const [open, { open: ask, close }] = useDisclosure();
  const { data: hazards = [] } = useQuery({ ...listHazardsOptions(), enabled: open });
  const [hazard, setHazard] = useState<string | null>(null);
  return (
    <>
      <Button
        variant="default"
        leftSection={<Siren size={16} aria-hidden />}
        loading={pending}
        onClick={ask}
        data-key="!"
      >
        Mark as emergency
      </Button>
      <Modal opened={open} onClose={close} title="What is the danger?" closeButtonProps={CLOSE}>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (!hazard) return;
            mark(hazard);
            close();
          }}
        >
          <Stack>
            <Text size="sm">
              The caller hears the safety words at once, and the on-call colleagues are rung.
            </Text>
            <Select
              label="Danger"
              data={choices(hazards)}
              value={hazard}
              onChange={setHazard}
              required
              searchable
            />
            <Button type="submit" color="red.9">
              Raise the alarm
            </Button>
          </Stack>
        </form>
      </Modal>
    </>
  );
}
