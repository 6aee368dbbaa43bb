import { Card, Stack, Text, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { MadeView } from '../client';
import { dayOf, inLondon, spelled } from '../words';

/** What came of a conversation, each where it is kept. */
export function Made({ made }: { made: MadeView[] }) {
  if (made.length === 0) return null;
  return (
    <Card withBorder component="section" aria-label="What came of it">
      <Title order={2} size="h4" mb="xs">
        What came of it
      </Title>
      <Stack gap={4}>
        {made.map((one) => (
          <Text key={`${one.kind} ${one.id}`} size="sm">
            <Place one={one} />
            {one.at && `, ${inLondon(one.at)}`}: {spelled(one.status).toLowerCase()}
          </Text>
        ))}
      </Stack>
    </Card>
  );
}

function Place({ one }: { one: MadeView }) {
  const about = one.kind === 'message' || one.kind === 'alert' ? spelled(one.about) : one.about;
  const words = `${spelled(one.kind)}: ${about ?? '—'}`;
  switch (one.kind) {
    case 'viewing':
    case 'valuation':
      return (
        <Link to="/viewings" search={{ day: one.at ? dayOf(one.at) : undefined }}>
          {words}
        </Link>
      );
    case 'ticket':
      return (
        <Link to="/maintenance/$id" params={{ id: one.id }}>
          {words}
        </Link>
      );
    case 'task':
      return (
        <Link to="/tasks" search={{ status: one.status === 'open' ? undefined : 'done' }}>
          {words}
        </Link>
      );
    default:
      return <>{words}</>;
  }
}
