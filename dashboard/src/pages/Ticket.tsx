import { Badge, Card, Grid, Group, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { getTicketOptions, listMediaOptions, whoAmIOptions } from '../client/@tanstack/react-query.gen';
import { Back } from '../frame/Frame';
import { EditTicket } from '../parts/EditTicket';
import { Facts } from '../parts/Facts';
import { Media } from '../parts/Media';
import { NewTask } from '../parts/NewTask';
import { Notes, WriteNote } from '../parts/Notes';
import { Phone } from '../parts/Phone';
import { Waiting } from '../parts/States';
import { Since, When } from '../parts/When';
import { spelled } from '../words';

const route = getRouteApi('/staff/maintenance/$id');

/** One repair: what was said of it, what was sent, and whose it is. */
export function Ticket() {
  const { id } = route.useParams();
  const { data: me } = useQuery(whoAmIOptions());
  const works = me?.permissions.includes('work') ?? false;
  const query = useQuery(getTicketOptions({ path: { id: Number(id) } }));
  const files = useQuery(listMediaOptions({ query: { ticket: Number(id) } }));
  const ticket = query.data;
  const isOpen = ticket && !['resolved', 'closed'].includes(ticket.status);
  const rows: [string, ReactNode][] = ticket
    ? [
        ['Where', ticket.address ?? '—'],
        ['Tenant', ticket.tenant_name ?? '—'],
        ['Number', <Phone key="number" number={ticket.tenant_phone} />],
        ['How urgent', spelled(ticket.urgency)],
        ['State', spelled(ticket.status)],
        ['With', ticket.manager_name ?? 'nobody yet'],
        ['Reported', <When key="reported" at={ticket.created} />],
        ...(isOpen ? [['Open for', <Since key="open" at={ticket.created} />] as [string, ReactNode]] : []),
      ]
    : [];
  return (
    <Stack>
      <Group>
        <Back to="/maintenance">All repairs</Back>
      </Group>
      <Waiting query={query} />
      {ticket && (
        <>
          <Group>
            <Title order={1} size="h2">
              {ticket.reference}: {spelled(ticket.category)}
            </Title>
            {ticket.urgency === 'emergency' && <Badge color="red.9">Emergency</Badge>}
            {works && <EditTicket ticket={ticket} shortcut="e" />}
            <NewTask call={ticket.call ?? undefined} />
            <WriteNote of={{ ticket: ticket.id }} />
          </Group>
          <Grid>
            <Grid.Col span={{ base: 12, md: 4 }}>
              <Stack>
                <Facts title="What is known" rows={rows} />
                {ticket.contractors.length > 0 && (
                  <Facts
                    title="Who sees to such"
                    rows={ticket.contractors.map((one): [string, ReactNode] => [
                      spelled(one.trade),
                      <span key={one.name}>
                        {one.name}, <Phone number={one.phone} />, {one.hours ?? 'no hours'}
                      </span>,
                    ])}
                  />
                )}
              </Stack>
            </Grid.Col>
            <Grid.Col span={{ base: 12, md: 8 }}>
              <Card withBorder component="section" aria-label="What was said of it">
                <Stack>
                  <Title order={2} size="h4">
                    What was said of it
                  </Title>
                  <Text style={{ whiteSpace: 'pre-line', overflowWrap: 'anywhere' }}>
                    {ticket.description}
                  </Text>
                  {ticket.call && (
                    <Link to="/calls/$id" params={{ id: ticket.call }}>
                      The conversation
                    </Link>
                  )}
                  <Media files={files.data ?? []} />
                </Stack>
              </Card>
              {ticket.notes.length > 0 && (
                <Card withBorder component="section" aria-label="What colleagues wrote down" mt="md">
                  <Title order={2} size="h4" mb="xs">
                    What colleagues wrote down
                  </Title>
                  <Notes notes={ticket.notes} />
                </Card>
              )}
            </Grid.Col>
          </Grid>
        </>
      )}
    </Stack>
  );
}
