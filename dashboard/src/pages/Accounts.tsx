import {
  Alert,
  Button,
  Card,
  Code,
  Group,
  SegmentedControl,
  Select,
  Stack,
  Switch,
  Table,
  Text,
  TextInput,
  Title,
} from '@mantine/core';
import { useUsers } from '../parts/colleagues';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { problemOf, anew } from '../api';
import {
  changeAccountMutation,
  createAccountMutation,
  listAccountsOptions,
  makeLinkMutation,
  readAuditOptions,
} from '../client/@tanstack/react-query.gen';
import { List } from '../parts/List';
import { Failed, Loading } from '../parts/States';
import { When } from '../parts/When';
import { spelled } from '../words';

const ROLES = ['admin', 'manager', 'negotiator', 'reviewer', 'read_only'].map((role) => ({
  value: role,
  label: spelled(role),
}));

export function Accounts() {
  const accounts = useQuery(listAccountsOptions());
  const change = useMutation({ ...changeAccountMutation(), ...anew });
  const link = useMutation(makeLinkMutation());
  const users = useUsers(...(accounts.data ?? []).map(({ user }) => user));
  const people = [{ value: '0', label: 'nobody in the diary' }, ...users];
  if (accounts.isPending) return <Loading />;
  if (accounts.error) return <Failed error={accounts.error} again={() => accounts.refetch()} />;
  return (
    <Stack>
      <Title order={1} size="h2">
        Colleagues who sign in
      </Title>
      {change.error && <Failed error={change.error} />}
      {link.data && <NewLink link={link.data.link} />}
      <List columns={['Name', 'Role', 'In the diary', 'May sign in', 'Password']}>
        {accounts.data.map((account) => (
          <Table.Tr key={account.id}>
            <Table.Td data-label="Name">
              {account.name}
              <Text size="sm" c="dimmed">
                {account.email}
              </Text>
            </Table.Td>
            <Table.Td data-label="Role">
              <Select
                aria-label={`Role of ${account.name}`}
                data={ROLES}
                value={account.role}
                allowDeselect={false}
                onChange={(role) => role && change.mutate({ path: { id: account.id }, body: { role } })}
              />
            </Table.Td>
            <Table.Td data-label="In the diary">
              <Select
                aria-label={`Who ${account.name} is in the diary`}
                data={people}
                value={`${account.user ?? 0}`}
                allowDeselect={false}
                onChange={(user) =>
                  user && change.mutate({ path: { id: account.id }, body: { user: Number(user) } })
                }
              />
            </Table.Td>
            <Table.Td data-label="May sign in">
              <Switch
                aria-label={`${account.name} may sign in`}
                checked={!account.is_disabled}
                onChange={(event) =>
                  change.mutate({
                    path: { id: account.id },
                    body: { is_disabled: !event.currentTarget.checked },
                  })
                }
              />
            </Table.Td>
            <Table.Td data-label="Password">
              <Group gap="xs">
                <Text size="sm">
                  {account.has_password
                    ? account.has_second_factor
                      ? 'with a second factor'
                      : 'password only'
                    : 'not chosen yet'}
                </Text>
                <Button size="xs" variant="default" onClick={() => link.mutate({ path: { id: account.id } })}>
                  New link
                </Button>
              </Group>
            </Table.Td>
          </Table.Tr>
        ))}
      </List>
      <NewAccount />
      <Audit />
    </Stack>
  );
}

function NewLink({ link }: { link: string }) {
  return (
    <Alert color="indigo" variant="outline" title="Hand this link to its owner: it is good once, for a day">
      <Code block style={{ overflowWrap: 'anywhere', whiteSpace: 'pre-wrap' }}>
        {link}
      </Code>
    </Alert>
  );
}

function NewAccount() {
  const [email, setEmail] = useState('');
  const [name, setName] = useState('');
  const [role, setRole] = useState('negotiator');
  const create = useMutation({ ...createAccountMutation(), ...anew });
  return (
    <Card withBorder component="section" aria-label="Somebody new">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          create.mutate({ body: { email, name, role } });
        }}
      >
        <Stack gap="xs">
          <Title order={2} size="h4">
            Somebody new
          </Title>
          <Group align="flex-end">
            <TextInput
              label="Name"
              required
              value={name}
              onChange={(event) => setName(event.currentTarget.value)}
            />
            <TextInput
              label="Email"
              type="email"
              required
              value={email}
              onChange={(event) => setEmail(event.currentTarget.value)}
            />
            <Select
              label="Role"
              data={ROLES}
              value={role}
              allowDeselect={false}
              onChange={(value) => setRole(value ?? role)}
            />
            <Button type="submit" loading={create.isPending}>
              Make the account
            </Button>
          </Group>
          {create.error && <Text role="alert">{problemOf(create.error).title}</Text>}
          {create.data && <NewLink link={create.data.link} />}
        </Stack>
      </form>
    </Card>
  );
}

function Audit() {
  const [shown, setShown] = useState('changes');
  const audit = useQuery(readAuditOptions({ query: { looks: shown === 'looks' } }));
  if (!audit.data) return null;
  return (
    <Card withBorder component="section" aria-label="Who did what">
      <Group justify="space-between" mb="xs">
        <Title order={2} size="h4">
          Who did what
        </Title>
        <SegmentedControl
          aria-label="Shown"
          value={shown}
          onChange={setShown}
          data={[
            { value: 'changes', label: 'Changes' },
            { value: 'looks', label: 'Who looked at whom' },
          ]}
        />
      </Group>
      <List columns={['When', 'Who', 'What', 'To']}>
        {audit.data.map((entry) => (
          <Table.Tr key={entry.id}>
            <Table.Td data-label="When">
              <When at={entry.happened} />
            </Table.Td>
            <Table.Td data-label="Who">{entry.actor}</Table.Td>
            <Table.Td data-label="What">
              {spelled(entry.action)} {entry.detail ? `(${entry.detail})` : ''}
            </Table.Td>
            <Table.Td data-label="To" style={{ overflowWrap: 'anywhere' }}>
              {entry.subject}
            </Table.Td>
          </Table.Tr>
        ))}
      </List>
    </Card>
  );
}
