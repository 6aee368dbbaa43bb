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
  Tabs,
  Text,
  Textarea,
  TextInput,
  Title,
} from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { anew, problemOf } from '../api';
import type { SectionView } from '../client';
import {
  draftSettingMutation,
  dropDraftMutation,
  listSettingsOptions,
  listSettingVersionsOptions,
  publishSettingMutation,
  whoAmIOptions,
} from '../client/@tanstack/react-query.gen';
import { Ask } from '../parts/Ask';
import { Waiting } from '../parts/States';
import { When } from '../parts/When';
import { spelled } from '../words';
import { OptOuts, Rota } from './Rota';

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
      <Versions of={of} restore={manages ? setValue : undefined} />
    </Stack>
  );
}

/** Without the lines that were left empty. */
function cleaned(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((one) => one !== '').map(cleaned);
  if (value && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, cleaned(one)]));
  }
  return value;
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
  if (Array.isArray(value) && value.length === 0) {
    return <Text size="sm">{label}: none. What has parts of its own is added in the configuration.</Text>;
  }
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) {
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
  if (value && typeof value === 'object') return <Fields label={label} of={value} set={set} fixed={fixed} />;
  const text = value == null ? '' : String(value);
  const input = {
    label,
    value: text,
    disabled: fixed,
    onChange: (event: { currentTarget: { value: string } }) =>
      set(event.currentTarget.value || (value == null ? null : '')),
  };
  return text.length > 70 ? <Textarea {...input} autosize /> : <TextInput {...input} />;
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
  const many = Array.isArray(of);
  return (
    <Card withBorder component="fieldset" p="sm" m={0}>
      <Text component="legend" fw={600} px={4}>
        {label}
      </Text>
      <Stack gap="xs">
        {Object.entries(of).map(([name, value]) => (
          <Field
            key={name}
            label={many ? `${label} ${Number(name) + 1}` : spelled(name)}
            value={value}
            fixed={fixed}
            set={(to) =>
              set(many ? of.map((one, at) => (`${at}` === name ? to : one)) : { ...of, [name]: to })
            }
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
