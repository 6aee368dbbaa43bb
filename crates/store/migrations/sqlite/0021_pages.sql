-- What came of a conversation is shown beside it.
CREATE INDEX messages_conversation ON messages (conversation_id) WHERE conversation_id IS NOT NULL;
CREATE INDEX tasks_conversation ON tasks (conversation_id) WHERE conversation_id IS NOT NULL;
CREATE INDEX alerts_conversation ON alerts (conversation_id) WHERE conversation_id IS NOT NULL;
CREATE INDEX conversations_ticket ON conversations (ticket_id) WHERE ticket_id IS NOT NULL;
