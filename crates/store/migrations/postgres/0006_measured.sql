-- Where the time of a turn went, in milliseconds, and what a model's answers cost.
ALTER TABLE conversation_turns ADD COLUMN first_token_ms INTEGER;
ALTER TABLE conversation_turns ADD COLUMN model_ms INTEGER;
ALTER TABLE conversation_turns ADD COLUMN tools_ms INTEGER;
ALTER TABLE conversation_turns ADD COLUMN prompt_tokens INTEGER;
ALTER TABLE conversation_turns ADD COLUMN answer_tokens INTEGER;
