import { Alert, Badge, Button, Center, Skeleton, Stack, Text, Title } from '@mantine/core';
import { CircleAlert, Lock } from 'lucide-react';
import { type ReactNode, useEffect, useState } from 'react';
import { isTrouble, problemOf } from '../api';
import { clock } from '../words';

/** Shaped like a list, and only after a moment: what comes at once needs no placeholder. */
export function Loading({ rows = 6 }: { rows?: number }) {
  const [shown, setShown] = useState(false);
  useEffect(() => {
    const timer = window.setTimeout(() => setShown(true), 200);
    return () => window.clearTimeout(timer);
  }, []);
  if (!shown) return <div aria-busy="true" />;
  return (
    <Stack gap="xs" role="status" aria-busy="true" aria-label="Loading">
      {Array.from({ length: rows }, (_, row) => row).map((row) => (
        <Skeleton key={row} height={44} radius="sm" />
      ))}
    </Stack>
  );
}

/** Nothing there: says what to do next. */
export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <Center py="xl">
      <Stack align="center" gap="xs" maw={420}>
        <Title order={2} size="h4" ta="center">
          {title}
        </Title>
        <Text c="dimmed" ta="center" component="div">
          {children}
        </Text>
      </Stack>
    </Center>
  );
}

/** What went wrong, with what to do; what a role does not allow looks different from what is broken. */
export function Failed({ error, again }: { error: unknown; again?: () => void }) {
  const problem = problemOf(error);
  const forbidden = problem.status === 403;
  return (
    <Alert
      color={forbidden ? 'gray' : 'red'}
      variant="outline"
      icon={forbidden ? <Lock aria-hidden /> : <CircleAlert aria-hidden />}
      title={problem.title}
    >
      <Stack gap="xs" align="flex-start">
        {problem.detail && <Text>{problem.detail}</Text>}
        {again && !forbidden && (
          <Button variant="default" size="xs" onClick={again}>
            Try again
          </Button>
        )}
      </Stack>
    </Alert>
  );
}

/** What stands in for a list or record until it is there: a placeholder, or what went wrong. What is there already stays, and
 * says how old it is. */
export function Waiting({
  query,
  rows,
}: {
  query: {
    isPending: boolean;
    error: unknown;
    data?: unknown;
    dataUpdatedAt: number;
    refetch: () => unknown;
  };
  rows?: number;
}) {
  if (query.error && query.data !== undefined && isTrouble(query.error)) {
    return (
      <Badge color="yellow.9" variant="outline" tt="none" c="var(--mantine-color-text)" role="status">
        As of {clock(new Date(query.dataUpdatedAt).toISOString())}: {problemOf(query.error).title}
      </Badge>
    );
  }
  if (query.error) return <Failed error={query.error} again={() => void query.refetch()} />;
  return query.isPending ? <Loading rows={rows} /> : null;
}
