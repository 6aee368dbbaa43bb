import { Card, Center, Stack, Text, Title } from '@mantine/core';
import { getRouteApi, useRouter } from '@tanstack/react-router';
import { queries } from '../api';
import { whoAmIQueryKey } from '../client/@tanstack/react-query.gen';
import { SignInForm } from '../parts/SignInForm';

const route = getRouteApi('/sign-in');

export function SignIn() {
  const { to } = route.useSearch();
  const router = useRouter();
  return (
    <Center component="main" mih="100vh" p="md">
      <Card withBorder w={380} maw="100%" p="lg">
        <Stack>
          <Title order={1} size="h3">
            Sign in
          </Title>
          <SignInForm
            done={(me) => {
              queries.clear();
              queries.setQueryData(whoAmIQueryKey(), me);
              router.history.push(to ?? '/');
            }}
          />
          <Text size="sm" c="dimmed">
            Forgotten? An administrator of your agency makes a new link.
          </Text>
        </Stack>
      </Card>
    </Center>
  );
}
