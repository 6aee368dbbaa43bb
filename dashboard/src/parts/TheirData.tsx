import { Anchor, Button, Card, Group, List, Stack, Text, TextInput, Title } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { anew, anewOrRefused } from '../api';
import {
  eraseLeadMutation,
  liftHoldMutation,
  placeHoldMutation,
  previewErasureOptions,
} from '../client/@tanstack/react-query.gen';
import { spelled } from '../words';
import { Ask } from './Ask';

/** What somebody may ask of their own data: a copy, or that it goes; and the hold that forbids the second. */
export function TheirData({ lead }: { lead: number }) {
  const held = useQuery(previewErasureOptions({ path: { id: lead } }));
  const lift = useMutation({ ...liftHoldMutation(), ...anewOrRefused });
  if (!held.data) return null;
  const { hold } = held.data;
  return (
    <Card withBorder component="section" aria-label="Their data">
      <Title order={2} size="h4" mb="xs">
        Their data
      </Title>
      <Stack gap="xs">
        <Text size="sm">
          Somebody who asks for a copy, or that it goes, has an answer within one month. Check who asks before
          anything is handed over.
        </Text>
        <Anchor href={`/api/v1/leads/${lead}/archive`} download>
          Download all that is kept
        </Anchor>
        {hold ? (
          <>
            <Text>Nothing may be erased: {hold}.</Text>
            <Button
              variant="default"
              loading={lift.isPending}
              onClick={() => lift.mutate({ path: { id: lead } })}
            >
              Lift the hold
            </Button>
          </>
        ) : (
          <Group gap="xs">
            <Hold lead={lead} />
            <Erase lead={lead} rows={held.data.rows} ahead={held.data.appointments_ahead} />
          </Group>
        )}
      </Stack>
    </Card>
  );
}

function Hold({ lead }: { lead: number }) {
  const [reason, setReason] = useState('');
  const place = useMutation({ ...placeHoldMutation(), ...anew });
  const submit = (close: () => void) =>
    place.mutate({ path: { id: lead }, body: { reason } }, { onSuccess: close });
  return (
    <Ask label="Legal hold" does="Place it" change={place} submit={submit}>
      <TextInput
        label="Why nothing may be erased"
        placeholder="deposit dispute"
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
        required
      />
    </Ask>
  );
}

function Erase({
  lead,
  rows,
  ahead,
}: {
  lead: number;
  rows: { table: string; rows: number }[];
  ahead: number;
}) {
  const [typed, setTyped] = useState('');
  const navigate = useNavigate();
  const erase = useMutation({ ...eraseLeadMutation(), ...anew });
  const submit = (close: () => void) => {
    if (typed.trim().toLowerCase() !== 'erase') return;
    erase.mutate({ path: { id: lead } }, { onSuccess: () => (close(), navigate({ to: '/leads' })) });
  };
  return (
    <Ask label="Erase" does="Erase for good" danger change={erase} submit={submit}>
      <Text>It cannot be brought back, but from a backup. Twilio’s copies and files go too.</Text>
      <List size="sm">
        {rows.map((of) => (
          <List.Item key={of.table}>
            {spelled(of.table)}: {of.rows}
          </List.Item>
        ))}
        {ahead > 0 && <List.Item>Appointments that are called off: {ahead}</List.Item>}
      </List>
      <TextInput
        label="Type “erase” to go on"
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
        required
      />
    </Ask>
  );
}
