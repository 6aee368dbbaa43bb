import { Button, Card, Center, PasswordInput, Stack, Text, Title } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { problemOf } from '../api';
import { choosePasswordMutation } from '../client/@tanstack/react-query.gen';

/** Where a one-time link leads. The token stands behind the #, so no server's log has it. */
export function Welcome() {
  const navigate = useNavigate();
  const [password, setPassword] = useState('');
  const choose = useMutation({
    ...choosePasswordMutation(),
    onSuccess: () => void navigate({ to: '/sign-in', search: {} }),
  });
  const problem = choose.error ? problemOf(choose.error) : undefined;
  return (
    <Center component="main" mih="100vh" p="md">
      <Card withBorder w={380} maw="100%" p="lg">
        <form
          onSubmit={(event) => {
            event.preventDefault();
            choose.mutate({ body: { token: window.location.hash.slice(1), password } });
          }}
        >
          <Stack>
            <Title order={1} size="h3">
              Choose your password
            </Title>
            <PasswordInput
              label="Password"
              description="12 characters or more; three or four words are easy to keep"
              autoComplete="new-password"
              required
              minLength={12}
              maxLength={128}
              value={password}
              onChange={(event) => setPassword(event.currentTarget.value)}
              visibilityToggleButtonProps={{ 'aria-label': 'Show the password' }}
            />
            {problem && (
              <Text role="alert" c="var(--mantine-color-error)">
                {problem.title}. {problem.detail}
              </Text>
            )}
            <Button type="submit" loading={choose.isPending}>
              Keep it
            </Button>
          </Stack>
        </form>
      </Card>
    </Center>
  );
}
