import { Alert, Button, Card, Chip, Group, Radio, Select, Stack, Text, Textarea, Title } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { anew, problemOf } from '../api';
import type { AssessmentView } from '../client';
import { assessCallMutation, listToAssessOptions, whoAmIOptions } from '../client/@tanstack/react-query.gen';
import { choices, INTENTS, spelled } from '../words';

const TAGS = ['misheard', 'wrong_fact', 'too_slow', 'should_have_handed_off', 'tone'];

type Props = { id: string; assessments: AssessmentView[]; blind?: true };

/** What colleagues think of a call, and one's own assessment of it. */
export function Assess({ id, assessments, blind }: Props) {
  const { data: me } = useQuery(whoAmIOptions());
  const reviews = me?.permissions.includes('review') ?? false;
  if (!reviews && assessments.length === 0) return null;
  const mine = assessments.find((one) => one.account === me?.id);
  // Whoever reads blind sees what others think once they have said what they think themselves.
  const shown = blind && !mine ? [] : assessments;
  return (
    <Card withBorder component="section" aria-label="How it was">
      <Title order={2} size="h4" mb="xs">
        How it was
      </Title>
      <Stack>
        {shown.map((one) => (
          <Text key={one.id} size="sm">
            <b>{one.by}</b>: {one.score} of 5
            {one.intent && `, ${one.intent_is_right ? 'intent right' : `really ${spelled(one.intent)}`}`}
            {one.tags.length > 0 && `, ${one.tags.map(spelled).join(', ')}`}
            {one.comment && `. ${one.comment}`}
          </Text>
        ))}
        {reviews && <Form key={id} id={id} mine={mine} blind={blind} />}
        {reviews && (
          <Text size="sm">
            <a href={`/api/v1/calls/${encodeURIComponent(id)}/scenario`} download>
              Make it a test case
            </a>
          </Text>
        )}
      </Stack>
    </Card>
  );
}

function Form({ id, mine, blind }: { id: string; mine?: AssessmentView; blind?: true }) {
  const [score, setScore] = useState(mine ? `${mine.score}` : '');
  const [intent, setIntent] = useState<string | null>(mine?.intent ?? null);
  const [tags, setTags] = useState<string[]>(mine?.tags ?? []);
  const [comment, setComment] = useState(mine?.comment ?? '');
  const assess = useMutation({ ...assessCallMutation(), ...anew });
  const queue = useQuery(listToAssessOptions());
  const next = queue.data?.find((call) => call.id !== id);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        const body = { score: Number(score), intent, tags, comment: comment || null };
        assess.mutate({ path: { id }, body });
      }}
    >
      <Stack gap="xs">
        <Radio.Group label="How good were the answers?" value={score} onChange={setScore} required>
          <Group mt={4}>
            {['1', '2', '3', '4', '5'].map((value) => (
              <Radio key={value} value={value} label={value} data-key={value} />
            ))}
          </Group>
        </Radio.Group>
        <Select
          label="What did the caller really want?"
          data={choices(INTENTS)}
          value={intent}
          onChange={setIntent}
          clearable
          clearButtonProps={{ 'aria-label': 'I do not say' }}
          searchable
        />
        <Chip.Group multiple value={tags} onChange={setTags}>
          <Group gap={6} role="group" aria-label="What went wrong">
            {TAGS.map((tag) => (
              <Chip key={tag} value={tag} size="xs" variant="outline">
                {spelled(tag)}
              </Chip>
            ))}
          </Group>
        </Chip.Group>
        <Textarea
          label="Anything else"
          maxLength={1000}
          value={comment}
          onChange={(event) => setComment(event.currentTarget.value)}
          autosize
        />
        {assess.error && (
          <Alert color="red" variant="outline" title={problemOf(assess.error).title}>
            {problemOf(assess.error).detail}
          </Alert>
        )}
        <Group>
          <Button type="submit" loading={assess.isPending} disabled={!score}>
            {mine ? 'Change' : 'Save'}
          </Button>
          {next && (
            <Link to="/calls/$id" params={{ id: next.id }} search={{ blind }}>
              Next to assess
            </Link>
          )}
          <Text role="status" size="sm">
            {assess.isSuccess ? 'Kept.' : ''}
          </Text>
        </Group>
      </Stack>
    </form>
  );
}
