import { Button, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { problemOf } from '../api';
import type { Me } from '../client';
import { signInMutation } from '../client/@tanstack/react-query.gen';
import { setClock } from '../clock';

/** Who signs in, and with a second factor where the account has one. */
export function SignInForm({ done, who = '' }: { done: (me: Me) => void; who?: string }) {
  const [email, setEmail] = useState(who);
  const [password, setPassword] = useState('');
  const [figure, setFigure] = useState('');
  const signIn = useMutation({
    ...signInMutation(),
    onSuccess: (me) => {
      setClock(me.now);
      done(me);
    },
  });
  const problem = signIn.error ? problemOf(signIn.error) : undefined;
  const [asksFigure, setAsksFigure] = useState(false);
  if (problem?.code === 'figure_needed' && !asksFigure) setAsksFigure(true);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        signIn.mutate({ body: { email, password, figure: figure || undefined } });
      }}
    >
      <Stack>
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
      </Stack>
    </form>
  );
}
