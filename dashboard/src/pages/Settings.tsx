import {
  Alert,
  Badge,
  Button,
  Card,
  Code,
  Group,
  NumberInput,
  Stack,
  Switch,
  Table,
  Tabs,
  Text,
  Textarea,
  TextInput,
  Title,
} from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { getRouteApi, useBlocker } from '@tanstack/react-router';
import { useState } from 'react';
import { anew, problemOf } from '../api';
import type { SectionView } from '../client';
import {
  draftSettingMutation,
  dropDraftMutation,
  listHoursOptions,
  listSettingsOptions,
  listSettingVersionsOptions,
  publishSettingMutation,
  whoAmIOptions,
} from '../client/@tanstack/react-query.gen';
import { Ask } from '../parts/Ask';
import { List } from '../parts/List';
import { Waiting } from '../parts/States';
import { When } from '../parts/When';
import { longDay, spelled } from '../words';
import { OptOuts, Rota } from './Rota';
import { Contractors, WorkingHours } from './Staffing';

const route = getRouteApi('/staff/settings');
type Value = { [name: string]: unknown };

/** What staff edit: drafted, compared with what is published, tried out on the test phone, published. */
export function Settings() {
  const { section = 'agency' } = route.useSearch();
  const navigate = route.useNavigate();
  const settings = useQuery(listSettingsOptions());
  const { data: me } = useQuery(whoAmIOptions());
  const manages = me?.permissions.includes('manage') ?? false;
  return (
    <Stack>
      <Title order={1} size="h2">
        Settings
      </Title>
      <Text c="dimmed">
        A draft is heard by nobody but the test phone. Once published, the next caller hears it.
      </Text>
      <Waiting query={settings} />
      {settings.data && (
        <Tabs value={section} onChange={(to) => void navigate({ search: { section: to ?? undefined } })}>
          <Tabs.List>
            {settings.data.map((one) => (
              <Tabs.Tab key={one.section} value={one.section}>
                {spelled(one.section)} {one.draft && <Badge size="xs">draft</Badge>}
              </Tabs.Tab>
            ))}
            <Tabs.Tab value="rota">On call</Tabs.Tab>
            <Tabs.Tab value="working-hours">Working hours</Tabs.Tab>
            <Tabs.Tab value="contractors">Contractors</Tabs.Tab>
            <Tabs.Tab value="opt-outs">Opt-outs</Tabs.Tab>
          </Tabs.List>
          {settings.data.map((one) => (
            <Tabs.Panel key={one.section} value={one.section} pt="md">
              {one.section === section && (
                <Section
                  key={`${one.section} ${one.version} ${one.draft?.updated ?? ''}`}
                  of={one}
                  manages={manages}
                />
              )}
            </Tabs.Panel>
          ))}
          <Tabs.Panel value="rota" pt="md">
            {section === 'rota' && <Rota manages={manages} />}
          </Tabs.Panel>
          <Tabs.Panel value="working-hours" pt="md">
            {section === 'working-hours' && <WorkingHours manages={manages} />}
          </Tabs.Panel>
          <Tabs.Panel value="contractors" pt="md">
            {section === 'contractors' && <Contractors manages={manages} />}
          </Tabs.Panel>
          <Tabs.Panel value="opt-outs" pt="md">
            {section === 'opt-outs' && <OptOuts />}
          </Tabs.Panel>
        </Tabs>
      )}
    </Stack>
  );
}

function Section({ of, manages }: { of: SectionView; manages: boolean }) {
  const [value, setValue] = useState<unknown>(of.draft?.value ?? of.value);
  const draft = useMutation({ ...draftSettingMutation(), ...anew });
  const drop = useMutation({ ...dropDraftMutation(), ...anew });
  const publish = useMutation({ ...publishSettingMutation(), ...anew });
  const path = { id: of.section };
  const changed = JSON.stringify(value) !== JSON.stringify(of.draft?.value ?? of.value);
  useBlocker({
    shouldBlockFn: () => changed && !window.confirm('What you have changed here is not kept yet. Leave it?'),
    enableBeforeUnload: changed,
  });
  return (
    <Stack maw={760}>
      <Text role="status" size="sm">
        Version {of.version} is published.{' '}
        {of.draft && (
          <>
            {of.draft.by} drafted a change, <When at={of.draft.updated} />.
          </>
        )}
      </Text>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          draft.mutate({ path, body: { value: cleaned(value) as Value, seen: of.draft?.updated } });
        }}
      >
        <Stack>
          <Field label={spelled(of.section)} value={value} set={setValue} fixed={!manages} />
          {draft.error && (
            <Alert color="red" variant="outline" title={problemOf(draft.error).title}>
              {problemOf(draft.error).detail}
            </Alert>
          )}
          {manages && (
            <Group>
              <Button type="submit" loading={draft.isPending} disabled={!changed}>
                Keep as a draft
              </Button>
              {changed && (
                <Button variant="default" onClick={() => setValue(of.draft?.value ?? of.value)}>
                  Undo
                </Button>
              )}
            </Group>
          )}
        </Stack>
      </form>
      {of.draft && <Compared was={of.value} is={of.draft.value} />}
      {of.draft && manages && (
        <Group>
          <Ask
            label="Publish"
            does="Publish it"
            change={publish}
            submit={(close) =>
              publish.mutate(
                { path, body: { version: of.version, draft: of.draft?.updated ?? '' } },
                { onSuccess: close },
              )
            }
          >
            <Compared was={of.value} is={of.draft.value} />
            <Text size="sm">The next caller hears this. Try it out on the test phone first.</Text>
          </Ask>
          <Button size="xs" variant="default" loading={drop.isPending} onClick={() => drop.mutate({ path })}>
            Drop the draft
          </Button>
        </Group>
      )}
      {of.section === 'hours' && <TwoWeeks />}
      <Versions of={of} restore={manages ? setValue : undefined} />
    </Stack>
  );
}

/** What may be left empty: the hours of an exception, what a fee is computed of. */
const OPTIONAL = ['opens', 'closes', 'computes'];

/** Without the lines that were left empty. */
function cleaned(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((one) => one !== '').map(cleaned);
  if (value && typeof value === 'object') {
    return Object.fromEntries(
      Object.entries(value).map(([name, one]) => [
        name,
        one === '' && OPTIONAL.includes(name) ? null : cleaned(one),
      ]),
    );
  }
  return value;
}

/** The next two weeks, by the hours that are published. */
function TwoWeeks() {
  const days = useQuery(listHoursOptions());
  return (
    <Card withBorder component="section" aria-label="The next two weeks">
      <Title order={2} size="h4" mb="xs">
        The next two weeks, as published
      </Title>
      <Waiting query={days} rows={3} />
      {days.data && (
        <List columns={['Day', 'Open', 'Why']}>
          {days.data.map((day) => (
            <Table.Tr key={day.date}>
              <Table.Td data-label="Day">{longDay(day.date)}</Table.Td>
              <Table.Td data-label="Open">
                {day.opens && day.closes ? `${day.opens.slice(0, 5)} to ${day.closes.slice(0, 5)}` : 'closed'}
              </Table.Td>
              <Table.Td data-label="Why">
                {day.is_exception ? 'an exception' : day.is_bank_holiday ? 'a bank holiday' : 'the week'}
              </Table.Td>
            </Table.Tr>
          ))}
        </List>
      )}
    </Card>
  );
}

type FieldProps = { label: string; value: unknown; set: (value: unknown) => void; fixed: boolean };

/** One value of whatever kind, or the values in it. */
function Field({ label, value, set, fixed }: FieldProps) {
  if (typeof value === 'boolean') {
    return (
      <Switch
        label={label}
        checked={value}
        disabled={fixed}
        onChange={(event) => set(event.currentTarget.checked)}
      />
    );
  }
  if (typeof value === 'number') {
    return <NumberInput label={label} value={value} disabled={fixed} onChange={(to) => set(Number(to))} />;
  }
  if (Array.isArray(value) && value.every((one) => typeof one === 'string') && !blankOf(label)) {
    return (
      <Textarea
        label={`${label}, one a line`}
        value={value.join('\n')}
        disabled={fixed}
        autosize
        onChange={(event) => set(event.currentTarget.value.split('\n'))}
      />
    );
  }
  if (Array.isArray(value)) return <Many label={label} of={value} set={set} fixed={fixed} />;
  if (value && typeof value === 'object') return <Fields label={label} of={value} set={set} fixed={fixed} />;
  const text = value == null ? '' : String(value);
  const input = {
    label,
    value: text,
    placeholder: value == null ? 'none' : undefined,
    disabled: fixed,
    onChange: (event: { currentTarget: { value: string } }) =>
      set(event.currentTarget.value || (value == null ? null : '')),
  };
  return text.length > 70 || label === 'Words' ? (
    <Textarea {...input} autosize />
  ) : (
    <TextInput {...input} type={label === 'Date' ? 'date' : 'text'} />
  );
}

/** A list of things with parts of their own, such as fees, begins as this. */
const BLANK: Record<string, object> = {
  fees: { asked_as: [], words: '', source: '', computes: null },
  policies: { title: '', asked_as: [], words: '' },
  exceptions: { date: '', opens: null, closes: null },
};
const blankOf = (label: string) => BLANK[label.toLowerCase()];

/** Such a list: each can be changed or taken out, and another added. */
function Many({ label, of, set, fixed }: Omit<FieldProps, 'value'> & { of: unknown[] }) {
  const blank = blankOf(label);
  return (
    <Card withBorder component="fieldset" p="sm" m={0}>
      <Text component="legend" fw={600} px={4}>
        {label}
      </Text>
      <Stack gap="xs">
        {of.length === 0 && <Text size="sm">None yet.</Text>}
        {of.map((value, at) => (
          // What stands where is all that tells them apart.
          <Stack key={at} gap={4}>
            <Field
              label={`${label} ${at + 1}`}
              value={value}
              fixed={fixed}
              set={(to) => set(of.map((one, nth) => (nth === at ? to : one)))}
            />
            {!fixed && (
              <Group>
                <Button
                  size="compact-sm"
                  variant="default"
                  aria-label={`Take out ${label} ${at + 1}`}
                  onClick={() => set(of.filter((_, nth) => nth !== at))}
                >
                  Take out
                </Button>
              </Group>
            )}
          </Stack>
        ))}
        {!fixed && blank && (
          <Group>
            <Button size="xs" variant="default" onClick={() => set([...of, blank])}>
              One more: {label.toLowerCase()}
            </Button>
          </Group>
        )}
      </Stack>
    </Card>
  );
}

function Fields({
  label,
  of,
  set,
  fixed,
}: {
  label: string;
  of: object;
  set: FieldProps['set'];
  fixed: boolean;
}) {
  return (
    <Card withBorder component="fieldset" p="sm" m={0}>
      <Text component="legend" fw={600} px={4}>
        {label}
      </Text>
      <Stack gap="xs">
        {Object.entries(of).map(([name, value]) => (
          <Field
            key={name}
            label={spelled(name)}
            value={value}
            fixed={fixed}
            set={(to) => set({ ...of, [name]: to })}
          />
        ))}
      </Stack>
    </Card>
  );
}

/** Every value by where it stands. */
function leaves(value: unknown, at = ''): [string, string][] {
  if (value && typeof value === 'object') {
    return Object.entries(value).flatMap(([name, one]) =>
      leaves(one, at ? `${at}, ${spelled(name)}` : spelled(name)),
    );
  }
  return [[at, value == null ? '—' : String(value)]];
}

/** What a draft changes. */
function Compared({ was, is }: { was: unknown; is: unknown }) {
  const before = new Map(leaves(was));
  const after = new Map(leaves(is));
  const names = [...new Set([...before.keys(), ...after.keys()])];
  const changed = names.filter((name) => before.get(name) !== after.get(name));
  return (
    <Card withBorder component="section" aria-label="What the draft changes">
      <Stack gap="xs">
        {changed.length === 0 && <Text size="sm">Nothing: the draft is what is published.</Text>}
        {changed.map((name) => (
          <div key={name}>
            <Text size="sm" fw={600}>
              {name}
            </Text>
            <Code block style={{ whiteSpace: 'pre-wrap' }} tabIndex={0}>
              {`was: ${before.get(name) ?? '—'}\nis:  ${after.get(name) ?? '—'}`}
            </Code>
          </div>
        ))}
      </Stack>
    </Card>
  );
}

function Versions({ of, restore }: { of: SectionView; restore?: (value: unknown) => void }) {
  const versions = useQuery(listSettingVersionsOptions({ path: { id: of.section } }));
  if (!versions.data || versions.data.length === 0) return null;
  return (
    <Card withBorder component="section" aria-label="Versions">
      <Title order={2} size="h4" mb="xs">
        Versions
      </Title>
      <Stack gap="xs">
        {versions.data.map((one) => (
          <Group key={one.version} justify="space-between">
            <Text size="sm">
              Version {one.version}, <When at={one.published} />, {one.by ?? 'from the configuration'}
            </Text>
            {restore && one.version !== of.version && (
              <Button size="xs" variant="default" onClick={() => restore(one.value)}>
                Edit from version {one.version}
              </Button>
            )}
          </Group>
        ))}
      </Stack>
    </Card>
  );
}
