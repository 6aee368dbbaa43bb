import { Card, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { listAlertsOptions } from '../client/@tanstack/react-query.gen';
import { now } from '../clock';
import { inLondon, spelled } from '../words';

const SHOWN_MS = 24 * 3600 * 1000;

/** The emergencies of the last day: who took each, and when. */
export function Taken() {
  const { data: alerts = [] } = useQuery(listAlertsOptions());
  const taken = alerts.filter((one) => one.acknowledged && Date.parse(one.raised) > now() - SHOWN_MS);
  if (taken.length === 0) return null;
  return (
    <Card withBorder component="section" aria-label="Emergencies of the last day">
      <Title order={2} size="h4" mb="xs">
        Emergencies of the last day
      </Title>
      <Stack gap={4}>
        {taken.map((one) => (
          <Text key={one.id} size="sm">
            {one.call ? (
              <Link to="/calls/$id" params={{ id: one.call }}>
                {spelled(one.hazard)}, {inLondon(one.raised)}
              </Link>
            ) : (
              `${spelled(one.hazard)}, ${inLondon(one.raised)}`
            )}
            , {one.place ?? 'no address'}: taken by {one.acknowledged_by ?? 'a colleague'}
            {one.acknowledged && `, ${inLondon(one.acknowledged)}`}
          </Text>
        ))}
      </Stack>
    </Card>
  );
}
