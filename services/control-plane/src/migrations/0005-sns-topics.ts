/** Topics, their subscriptions, what is still to be delivered, and what FIFO topics saw lately. */
export const SNS_TOPICS = `
-- attributes and tags are JSON objects of texts. sequence is the last number given to a message.
CREATE TABLE sns_topics (
  name TEXT PRIMARY KEY,
  attributes TEXT NOT NULL,
  tags TEXT NOT NULL,
  sequence INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE TABLE sns_subscriptions (
  subscription_id TEXT PRIMARY KEY,
  topic TEXT NOT NULL REFERENCES sns_topics ON DELETE CASCADE,
  protocol TEXT NOT NULL,
  endpoint TEXT NOT NULL,
  attributes TEXT NOT NULL,
  confirmed INTEGER NOT NULL CHECK (confirmed IN (0, 1)),
  token TEXT NOT NULL,
  token_expires_at_ms INTEGER NOT NULL,
  confirmed_signed INTEGER NOT NULL CHECK (confirmed_signed IN (0, 1)),
  authenticate_on_unsubscribe INTEGER NOT NULL CHECK (authenticate_on_unsubscribe IN (0, 1)),
  principal_arn TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sns_subscriptions_topic ON sns_subscriptions (topic, subscription_id);

-- position is the order of publication and is never used twice. content is JSON.
CREATE TABLE sns_deliveries (
  position INTEGER PRIMARY KEY AUTOINCREMENT,
  subscription_id TEXT NOT NULL REFERENCES sns_subscriptions ON DELETE CASCADE,
  group_id TEXT,
  attempts INTEGER NOT NULL,
  due_at_ms INTEGER NOT NULL,
  content TEXT NOT NULL
) STRICT;
CREATE INDEX sns_deliveries_subscription ON sns_deliveries (subscription_id);

CREATE TABLE sns_published (
  topic TEXT NOT NULL REFERENCES sns_topics ON DELETE CASCADE,
  deduplication_id TEXT NOT NULL,
  message_id TEXT NOT NULL,
  sequence TEXT NOT NULL,
  expires_at_ms INTEGER NOT NULL,
  PRIMARY KEY (topic, deduplication_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX sns_published_age ON sns_published (expires_at_ms);
`;
