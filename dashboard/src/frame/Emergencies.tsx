import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Siren, VolumeOff } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { problemOf, queries } from '../api';
import type { AlertView } from '../client';
import {
  acknowledgeAlertMutation,
  listAlertsOptions,
  whoAmIOptions,
} from '../client/@tanstack/react-query.gen';
import { Since } from '../parts/When';
import { spelled } from '../words';
import { isAudible, sound, unlock } from './siren';

/** Whether this browser may show what happens while another page or programme is in front. */
export const mayNotify = () => 'Notification' in window && Notification.permission === 'granted';

/** Nothing of the caller: it stays on the screen of whoever is near. */
function notify(tag: string) {
  try {
    new Notification('Emergency', { body: 'Nobody has taken it yet.', tag });
  } catch {
    // Chrome on Android has the class and refuses to make one; the strip and the siren are there.
  }
}

/** On every page, until somebody has taken each of them by name. The browser is never the only alarm: the server rings people. */
export function Emergencies() {
  const { data: open = [] } = useQuery({
    ...listAlertsOptions({ query: { open: true } }),
    refetchInterval: 10_000,
  });
  const { data: me } = useQuery(whoAmIOptions());
  const mayTake = me?.permissions.includes('work') ?? false;
  const [audible, setAudible] = useState(isAudible());
  useEffect(() => sound(open.length > 0), [open.length]);
  const told = useRef(new Set<string>());
  useEffect(() => {
    const fresh = open.filter(({ id }) => !told.current.has(id));
    for (const { id } of fresh) told.current.add(id);
    if (fresh.length > 0 && document.hidden && mayNotify()) notify(fresh.map(({ id }) => id).join(' '));
  }, [open]);
  useEffect(() => {
    const first = () => void unlock().then(setAudible);
    const ways = ['pointerdown', 'keydown'] as const;
    for (const way of ways) window.addEventListener(way, first, { once: true });
    return () => {
      for (const way of ways) window.removeEventListener(way, first);
    };
  }, []);
  if (open.length === 0) return null;
  return (
    <Stack gap="xs" mb="md">
      {open.map((alert) => (
        <One key={alert.id} alert={alert} mayTake={mayTake} />
      ))}
      {!audible && (
        <Button
          variant="default"
          size="xs"
          leftSection={<VolumeOff size={16} aria-hidden />}
          onClick={() => void unlock().then(setAudible)}
        >
          Sound is off: press to enable it
        </Button>
      )}
    </Stack>
  );
}

function One({ alert, mayTake }: { alert: AlertView; mayTake: boolean }) {
  const take = useMutation({
    ...acknowledgeAlertMutation(),
    onSettled: () => queries.invalidateQueries(),
  });
  return (
    <Alert
      color="red"
      variant="outline"
      role="alert"
      icon={<Siren aria-hidden />}
      title={`Emergency: ${spelled(alert.hazard)}`}
    >
      <Stack gap={4}>
        <Text>
          {alert.place ?? 'No address yet'} · “{alert.evidence}”
        </Text>
        <Text size="sm" c="dimmed">
          For <Since at={alert.raised} /> nobody has taken it · {alert.reporters}{' '}
          {alert.reporters === 1 ? 'caller' : 'callers'} · {alert.rungs} rung
        </Text>
        <Group gap="xs">
          {mayTake && (
            <Button
              color="red.9"
              size="xs"
              loading={take.isPending}
              onClick={() => take.mutate({ path: { id: alert.id } })}
            >
              I am taking this
            </Button>
          )}
          {alert.call && (
            <Button
              renderRoot={(props) => <Link {...props} to="/calls/$id" params={{ id: alert.call ?? '' }} />}
              variant="default"
              size="xs"
            >
              Open the call
            </Button>
          )}
        </Group>
        {take.error && <Text c="red">{problemOf(take.error).title}</Text>}
      </Stack>
    </Alert>
  );
}
