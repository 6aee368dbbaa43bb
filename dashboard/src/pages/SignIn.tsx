import { Button, Card, Center, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { getRouteApi, useRouter } from '@tanstack/react-router';
import { useState } from 'react';
import { problemOf, queries } from '../api';
import { signInMutation, whoAmIQueryKey } from '../client/@tanstack/react-query.gen';

const route = getRouteApi('/sign-in');

export function SignIn() {
  const { to } = route.useSearch();
  const router = useRouter();
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [figure, setFigure] = useState('');
  const signIn = useMutation({
    ...signInMutation(),
    onSuccess: (me) => {
      queries.clear();
      queries.setQueryData(whoAmIQueryKey(), me);
      router.history.push(to ?? '/');
    },
  });
  const problem = signIn.error ? problemOf(signIn.error) : undefined;
  const [asksFigure, setAsksFigure] = useState(false);
  if (problem?.code === 'figure_needed' && !asksFigure) setAsksFigure(true);
  return (
    <Center component="main" mih="100vh" p="md">
      <Card withBorder w={380} maw="100%" p="lg">
        <form
          onSubmit={(event) => {
            event.preventDefault();
            signIn.mutate({ body: { email, password, figure: figure || undefined } });
          }}
        >
          <Stack>
            <Title order={1} size="h3">
              Sign in
            </Title>
            <TextInput
              label="Email"
              type="email"
              autoComplete="username"
              required
              value={email}
              onChange={(event) => setEmail(event.currentTarget.value)}
            />
            <PasswordInput
              label="Password"
              autoComplete="current-password"
              required
              value={password}
              onChange={(event) => setPassword(event.currentTarget.value)}
              visibilityToggleButtonProps={{ 'aria-label': 'Show the password' }}
            />
            {asksFigure && (
              <TextInput
                label="Figure of your authenticator"
                inputMode="numeric"
                autoComplete="one-time-code"
                required
                autoFocus
                value={figure}
                onChange={(event) => setFigure(event.currentTarget.value)}
              />
            )}
            {problem && (problem.code !== 'figure_needed' || figure) && (
              <Text role="alert" c="var(--mantine-color-error)">
                {problem.title}. {problem.detail}
              </Text>
            )}
            <Button type="submit" loading={signIn.isPending}>
              Sign in
            </Button>
            <Text size="sm" c="dimmed">
              Forgotten? An administrator of your agency makes a new link.
            </Text>
          </Stack>
        </form>
      </Card>
    </Center>
  );
}
