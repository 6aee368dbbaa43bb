//! Environment names that operators already have, each with the setting it overrides.

/// (variable, section, key)
pub(super) const VARIABLES: &[(&str, &str, &str)] = &[
    ("DATABASE_URL", "database", "url"),
    ("DATA_DIR", "database", "data_dir"),
    ("MEDIA_URL", "media", "url"),
    ("TWILIO_ACCOUNT_SID", "twilio", "account_sid"),
    ("TWILIO_AUTH_TOKEN", "twilio", "auth_token"),
    ("TWILIO_PHONE_NUMBER", "twilio", "phone_number"),
    ("TWILIO_WHATSAPP_NUMBER", "twilio", "whatsapp_number"),
    ("TWILIO_API_URL", "twilio", "api_url"),
    ("TWILIO_VOICE_WEBHOOK_URL", "twilio", "voice_webhook_url"),
    ("TWILIO_SHARED_KEYS", "twilio", "shared_keys"),
    ("OPENAI_API_KEY", "model", "api_key"),
    ("OPENAI_BASE_URL", "model", "base_url"),
    ("OPENAI_MODEL", "model", "name"),
    ("OPENAI_FALLBACK_MODEL", "model", "fallback"),
    ("BASE_URL", "server", "base_url"),
    ("LISTEN_ADDR", "server", "listen_addr"),
    ("VOICE_MODE", "voice", "mode"),
    ("VOICE_RECORD", "voice", "record"),
    ("TWILIO_FALLBACK_URL", "twilio", "fallback_url"),
    ("EMERGENCY_CONTACT_PHONE", "emergency", "contact_phone"),
    ("SLACK_WEBHOOK_URL", "emergency", "slack_webhook_url"),
    ("SMTP_URL", "email", "smtp_url"),
    ("EMAIL_FROM", "email", "from"),
    ("RECEPTIONIST_CLOCK", "clock", "starts_at"),
];

/// Settings that a file must not hold.
pub(super) const SECRETS: &[(&str, &str)] = &[
    ("twilio", "auth_token"),
    ("twilio", "shared_keys"),
    ("model", "api_key"),
    ("emergency", "slack_webhook_url"),
    ("email", "smtp_url"),
];
