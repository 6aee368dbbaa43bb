import { Button, Group, Stack, Text, Textarea } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { anew } from '../api';
import type { NoteView } from '../client';
import {
  removeNoteMutation,
  whoAmIOptions,
  writeCallNoteMutation,
  writeLeadNoteMutation,
  writeTicketNoteMutation,
} from '../client/@tanstack/react-query.gen';
import { Ask } from './Ask';
import { When } from './When';

/** What a note is of. */
type Of = { lead: number } | { ticket: number } | { call: string; line?: string };

/** Writes down what one knows of it. */
export function WriteNote({ of, label = 'Write a note', about }: { of: Of; label?: string; about?: string }) {
  const [body, setBody] = useState('');
  const [key, setKey] = useState(() => crypto.randomUUID());
  const { data: me } = useQuery(whoAmIOptions());
  const lead = useMutation({ ...writeLeadNoteMutation(), ...anew });
  const ticket = useMutation({ ...writeTicketNoteMutation(), ...anew });
  const call = useMutation({ ...writeCallNoteMutation(), ...anew });
  if (!me?.permissions.includes('call' in of ? 'review' : 'work')) return null;
  const change = 'lead' in of ? lead : 'ticket' in of ? ticket : call;
  const opened = { ...change, reset: () => (change.reset(), setKey(crypto.randomUUID()), setBody('')) };
  const submit = (close: () => void) => {
    const [note, done] = [{ body, key }, { onSuccess: close }];
    if ('lead' in of) lead.mutate({ path: { id: of.lead }, body: note }, done);
    else if ('ticket' in of) ticket.mutate({ path: { id: of.ticket }, body: note }, done);
    else call.mutate({ path: { id: of.call }, body: { ...note, line: of.line } }, done);
  };
  return (
    <Ask
      label={label}
      about={about}
      does="Keep it"
      shortcut={about ? undefined : 'n'}
      change={opened}
      submit={submit}
    >
      <Textarea
        label="What you know"
        description="Colleagues read it; callers do not."
        required
        autosize
        minRows={2}
        maxLength={2000}
        value={body}
        onChange={(event) => setBody(event.currentTarget.value)}
      />
    </Ask>
  );
}

/** Takes back a note of one's own. */
export function RemoveNote({ note }: { note: NoteView }) {
  const { data: me } = useQuery(whoAmIOptions());
  const remove = useMutation({ ...removeNoteMutation(), ...anew });
  if (note.account !== me?.id) return null;
  return (
    <Button
      size="compact-xs"
      variant="default"
      loading={remove.isPending}
      aria-label={`Take back: ${note.body.slice(0, 40)}`}
      onClick={() => remove.mutate({ path: { id: note.id } })}
    >
      Take back
    </Button>
  );
}

export function Notes({ notes }: { notes: NoteView[] }) {
  return (
    <Stack gap="xs">
      {notes.map((note) => (
        <div key={note.id}>
          <Group gap="xs">
            <Text size="sm" fw={600}>
              {note.by}
            </Text>
            <Text size="sm" c="dimmed">
              <When at={note.written} />
            </Text>
            <RemoveNote note={note} />
          </Group>
          <Text size="sm" style={{ whiteSpace: 'pre-line', overflowWrap: 'anywhere' }}>
            {note.body}
          </Text>
        </div>
      ))}
    </Stack>
  );
}
