import {
  Grid,
  Group,
  MultiSelect,
  NumberInput,
  Select,
  Stack,
  Text,
  Textarea,
  TextInput,
  Title,
} from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useState } from 'react';
import { anew } from '../api';
import { getProperty, type RulesView } from '../client';
import { getPropertyQueryKey, setRulesMutation, whoAmIOptions } from '../client/@tanstack/react-query.gen';
import { Back } from '../frame/Frame';
import { Ask } from '../parts/Ask';
import { useUsers } from '../parts/colleagues';
import { DAYS } from '../parts/days';
import { Facts } from '../parts/Facts';
import { Waiting } from '../parts/States';
import { choices, money, spelled, today } from '../words';

const route = getRouteApi('/staff/properties/$id');

/** A home's record, as the rules and the model are given it. */
type Home = {
  reference: string;
  listing: string;
  status: string;
  address_line1: string;
  area: string;
  postcode: string;
  bedrooms: number;
  bathrooms: number;
  property_type: string;
  price: number;
  rent_period?: string | null;
  description: string;
  features: string[];
  epc_rating?: string | null;
  council_tax_band?: string | null;
  tenure?: string | null;
  furnished?: string | null;
  available_from?: string | null;
};

/** One home: what Sarah may say of it, and when it may be viewed. */
export function Property() {
  const { id } = route.useParams();
  const { data: me } = useQuery(whoAmIOptions());
  const home = useQuery({
    queryKey: [...getPropertyQueryKey({ path: { id: Number(id) } }), 'mark'],
    queryFn: async () => {
      const { data, response } = await getProperty({ path: { id: Number(id) }, throwOnError: true });
      const facts = data.facts as unknown as Home;
      return { facts, rules: data.rules, mark: response.headers.get('ETag') ?? '' };
    },
  });
  const facts = home.data?.facts;
  const rules = home.data?.rules;
  const users = useUsers(rules?.keys_with);
  const keys = users.find(({ value }) => value === `${rules?.keys_with}`)?.label;
  return (
    <Stack>
      <Group>
        <Back to="/properties">All homes</Back>
      </Group>
      <Waiting query={home} />
      {facts && rules && (
        <>
          <Group>
            <Title order={1} size="h2">
              {facts.address_line1}
            </Title>
            {me?.permissions.includes('work') && (
              <Rules id={Number(id)} rules={rules} mark={home.data?.mark ?? ''} />
            )}
            <Link to="/viewings" search={{ day: today() }}>
              The diary
            </Link>
            <Link to="/test-phone" search={{ about: `${facts.address_line1}, ${facts.reference}` }}>
              Ask Sarah about it
            </Link>
          </Group>
          <Grid>
            <Grid.Col span={{ base: 12, md: 6 }}>
              <Facts
                title="What Sarah may say of it"
                words={facts.description}
                rows={[
                  ['Reference', facts.reference],
                  ['State', spelled(facts.status)],
                  ['Kind', `${facts.bedrooms} bed, ${facts.bathrooms} bath, ${facts.property_type}`],
                  [
                    'Price',
                    `${money(facts.price)}${facts.listing === 'rent' ? ` a ${facts.rent_period ?? 'month'}` : ''}`,
                  ],
                  ['Area', `${facts.area}, ${facts.postcode}`],
                  ['Features', facts.features.join(', ') || '—'],
                  ['Furnished', facts.furnished ?? 'not said'],
                  ['Free from', facts.available_from ?? 'not said'],
                  ['EPC', facts.epc_rating ?? 'not said'],
                  ['Council tax', facts.council_tax_band ?? 'not said'],
                  ['Tenure', facts.tenure ?? 'not said'],
                ]}
              />
              <Text size="sm" c="dimmed" mt="xs">
                What is not here she does not know, and says so. The record is the CRM’s or the import’s.
              </Text>
            </Grid.Col>
            <Grid.Col span={{ base: 12, md: 6 }}>
              <Facts
                title="When it may be viewed"
                rows={[
                  ['Notice', rules.notice_hours ? `${rules.notice_hours} hours, of the tenant` : 'none'],
                  ['Days', rules.weekdays.map(spelled).join(', ') || 'any'],
                  ['From', rules.earliest ?? 'when the office opens'],
                  ['Until', rules.latest_end ?? 'when the office closes'],
                  ['Keys', rules.keys_with ? `only ${keys ?? `user ${rules.keys_with}`}` : 'in the office'],
                  ['Note', rules.note ?? '—'],
                ]}
              />
              <Text size="sm" c="dimmed" mt="xs">
                The note is for colleagues: Sarah says nothing of it.
              </Text>
            </Grid.Col>
          </Grid>
        </>
      )}
    </Stack>
  );
}

function Rules({ id, rules, mark }: { id: number; rules: RulesView; mark: string }) {
  const users = useUsers(rules.keys_with);
  // What was seen when it was opened: what somebody else saves meanwhile is not overwritten unseen.
  const [seen, setSeen] = useState({ rules, mark });
  const [wish, setWish] = useState(rules);
  const set = useMutation({ ...setRulesMutation(), ...anew });
  const open = () => (set.reset(), setWish(rules), setSeen({ rules, mark }));
  const opened = { ...set, reset: open };
  const submit = (close: () => void) =>
    set.mutate({ path: { id }, headers: { 'If-Match': seen.mark }, body: wish }, { onSuccess: close });
  return (
    <Ask label="When it may be viewed" does="Save" shortcut="e" change={opened} submit={submit}>
      <NumberInput
        label="Notice of the tenant, in hours"
        min={0}
        max={168}
        value={wish.notice_hours ?? ''}
        onChange={(hours) => setWish({ ...wish, notice_hours: hours === '' ? null : Number(hours) })}
      />
      <MultiSelect
        label="Only on"
        placeholder={wish.weekdays.length === 0 ? 'any day' : undefined}
        data={choices(DAYS)}
        value={wish.weekdays}
        onChange={(weekdays) => setWish({ ...wish, weekdays })}
      />
      <TextInput
        type="time"
        label="Not before"
        value={wish.earliest ?? ''}
        onChange={(event) => setWish({ ...wish, earliest: event.currentTarget.value || null })}
      />
      <TextInput
        type="time"
        label="Over by"
        value={wish.latest_end ?? ''}
        onChange={(event) => setWish({ ...wish, latest_end: event.currentTarget.value || null })}
      />
      <Select
        label="Who alone has the keys"
        placeholder="they are in the office"
        data={users}
        value={wish.keys_with == null ? null : `${wish.keys_with}`}
        onChange={(user) => setWish({ ...wish, keys_with: user ? Number(user) : null })}
        clearable
        clearButtonProps={{ 'aria-label': 'They are in the office' }}
        searchable
      />
      <Textarea
        label="Note for colleagues"
        maxLength={500}
        autosize
        value={wish.note ?? ''}
        onChange={(event) => setWish({ ...wish, note: event.currentTarget.value || null })}
      />
    </Ask>
  );
}
