SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET transaction_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;
INSERT INTO public.customers (id, external_id, name, email, created_at) VALUES
	(1, NULL, 'person1', 'person1@example.com', '2026-11-21 05:06:11.983719+00'),
	(2, NULL, 'person2', 'person2@example.com', '2026-11-21 05:06:12.495523+00'),
	(3, 'host-3', 'Ada', 'ada@example.com', '2026-11-21 05:06:12.620227+00'),
	(4, 'host-9', 'Host Nine', 'host9@example.com', '2026-11-21 05:06:26.35515+00'),
	(5, 'host-1', NULL, NULL, '2026-11-21 05:06:26.877926+00'),
	(6, NULL, 'Demo Customer', 'demo@example.com', '2026-11-21 05:06:27.339302+00');
INSERT INTO public.outbox (id, kind, reference, data, created_at) VALUES
	(1, 'verify_email', '1:68Eszu4uz1C7BtpBhPgk1V', '{"next": null, "state": "68Eszu4uz1C7BtpBhPgk1V", "browser": "d82cace2082f90ca4871c753d883d28e", "user_id": 1}', '2026-11-21 05:06:12.035791+00'),
	(2, 'verify_email', '2:VLhwGeNLdWfsF_gITs1vno', '{"next": null, "state": "VLhwGeNLdWfsF_gITs1vno", "browser": "d82cace2082f90ca4871c753d883d28e", "user_id": 2}', '2026-11-21 05:06:12.521023+00'),
	(3, 'receipt', 'cs_test_FERn05de7gIHXpEUpY0ZrQsc0bLOD2TQYWakPnqAaXN3EGJmCPRTUzUEJU', '{"lines": [{"quantity": 1, "description": "Medium pack", "amount_minor": 2400}], "number": "lGKo_bODvVIOV2-EA6AAKswY", "paid_at": "2026-11-21T05:06:14.202819Z", "currency": "USD", "unlocked": [], "tax_minor": 0, "expires_at": "2027-11-21T05:06:14.128543Z", "receipt_url": "http://127.0.0.1:33321/receipts/ch_3BIO7On0dmxG18ocQhNCcVWf", "total_minor": 2400, "balance_after": 128, "tax_inclusive": false, "discount_minor": 0, "credits_granted": 120}', '2026-11-21 05:06:14.202937+00'),
	(4, 'receipt', 'cs_test_btrBIencn4htbTVWnOm63TNHhmHhpfq7XsJMMBcTZ2MrgcSq4xL8kMqRsv', '{"lines": [{"quantity": 1, "description": "Medium pack", "amount_minor": 2400}], "number": "afZ_tuA25ZuA-ZG7tqoo-ZeG", "paid_at": "2026-11-21T05:06:15.563456Z", "currency": "USD", "unlocked": [], "tax_minor": 0, "expires_at": "2027-11-21T05:06:15.469586Z", "receipt_url": "http://127.0.0.1:33321/receipts/ch_dj7vGeJDRLUUg7pUUNQT2i34", "total_minor": 2400, "balance_after": 128, "tax_inclusive": false, "discount_minor": 0, "credits_granted": 120}', '2026-11-21 05:06:15.563564+00'),
	(5, 'subscription_receipt', 'in_VDWXPDNgSuD2l4afNmZXvkzV', '{"plan": "Starter", "lines": [{"quantity": 1, "description": "1 × Starter (at $12.00 / month)", "amount_minor": 1200}], "number": "P5LDBLEU-0001", "paid_at": "2026-11-21T05:06:19Z", "pdf_url": "http://127.0.0.1:33321/i/in_VDWXPDNgSuD2l4afNmZXvkzV/pdf", "currency": "USD", "renews_at": "2026-12-21T05:06:19Z", "tax_minor": 0, "each_month": false, "expires_at": "2026-12-24T05:06:19Z", "invoice_url": "http://127.0.0.1:33321/i/in_VDWXPDNgSuD2l4afNmZXvkzV", "total_minor": 1200, "balance_after": 180, "tax_inclusive": false, "discount_minor": 0, "credits_granted": 60, "from_balance_minor": 0}', '2026-11-21 05:06:23.391563+00'),
	(6, 'plan_cancelled', 'change:3', '{"plan": "Starter", "ended": false, "owing": false, "trial": false, "unpaid": false, "ends_at": "2026-12-21T05:06:19Z", "credits_left": 180}', '2026-11-21 05:06:25.158667+00');
INSERT INTO public.users (id, customer_id, name, email, email_normalised, password_hash, role, demo, created_at, verified_at, disabled_at) VALUES
	(1, 1, 'person1', 'person1@example.com', 'person1@example.com', '$argon2id$v=19$m=19456,t=2,p=1$uoElSxBe9nfa281rirwFyA$Ly5/T6RC+59vjjH19BjrgWCOTEDcBVy2ml/WClqUGcU', 'customer', false, '2026-11-21 05:06:11.983719+00', '2026-11-21 05:06:12.093032+00', NULL),
	(2, 2, 'person2', 'person2@example.com', 'person2@example.com', '$argon2id$v=19$m=19456,t=2,p=1$DPYXt1v9K4l4lw3WKOBW3A$aMmBmBtO9demrRnV5Egf6aV3DGO0/cGLGgOlTQnyxC4', 'customer', false, '2026-11-21 05:06:12.495523+00', '2026-11-21 05:06:12.599184+00', NULL),
	(3, 4, 'Host Nine', 'host9@example.com', 'hand-over:4', '', 'customer', false, '2026-11-21 05:06:26.457742+00', '2026-11-21 05:06:26.457742+00', NULL),
	(4, 6, 'Demo Customer', 'demo@example.com', 'demo@example.com', '$argon2id$v=19$m=19456,t=2,p=1$Wm6jzb8SYA0YeLV2WJteUg$xbHzlpynyzRsLqIgxRgL1VKRi0S7ajDDmdOMLIoxVbU', 'customer', true, '2026-11-21 05:06:27.339302+00', '2026-11-21 05:06:27.339302+00', NULL),
	(5, NULL, 'Demo Admin', 'admin@example.com', 'admin@example.com', '$argon2id$v=19$m=19456,t=2,p=1$r+LzFuj9YjkqNKrgbDlQ4w$vcjWPz3gTmEc+G4WvJiaORduRxEyYwrEIoowyOMM8Z8', 'admin', true, '2026-11-21 05:06:27.585002+00', '2026-11-21 05:06:27.585002+00', NULL);
INSERT INTO public.api_keys (id, name, scope, shown, digest, created_at, created_by, replaces, last_used_at, ends_at, revoked_at) VALUES
	(1, 'server', 'server', 'crd_test_sk_…tgNa', '\xf3b751ad407dc83e247d25ec1f5b530a484e2a1990bab8bb1c6c75f7cf397296', '2026-11-21 05:06:26.323459+00', NULL, NULL, '2026-11-21 05:06:26.843534+00', NULL, NULL);
INSERT INTO public.audit_log (id, at, actor_kind, actor_id, action, object, before, after, reason, ip) VALUES
	(1, '2026-11-21 05:06:11.431865+00', 'cli', NULL, 'catalog.applied', 'catalog:1', '{"version": 0}', '{"file": "showcase.toml", "changes": 30, "version": 1}', NULL, NULL),
	(2, '2026-11-21 05:06:12.02877+00', 'anonymous', NULL, 'user.signed_up', 'user:1', 'null', 'null', NULL, '203.0.113.7'),
	(3, '2026-11-21 05:06:12.109862+00', 'user', '1', 'user.verified', 'user:1', 'null', 'null', NULL, '203.0.113.7'),
	(4, '2026-11-21 05:06:12.503435+00', 'anonymous', NULL, 'user.signed_up', 'user:2', 'null', 'null', NULL, '203.0.113.7'),
	(5, '2026-11-21 05:06:12.59988+00', 'user', '2', 'user.verified', 'user:2', 'null', 'null', NULL, '203.0.113.7'),
	(6, '2026-11-21 05:06:26.339724+00', 'cli', NULL, 'api_key.created', 'api_key:1', 'null', '{"name": "server", "scope": "server", "replaces": null}', NULL, NULL),
	(7, '2026-11-21 05:06:26.409368+00', 'api_key', '1', 'hand_over.made', 'customer:4', 'null', 'null', NULL, NULL),
	(8, '2026-11-21 05:06:26.533719+00', 'user', '3', 'hand_over.used', 'user:3', 'null', 'null', NULL, '203.0.113.1'),
	(9, '2026-11-21 05:06:26.93648+00', 'system', NULL, 'model.unpriced', 'model:gpt-4o', 'null', '{"source": "host", "request_id": "r0"}', NULL, NULL),
	(10, '2026-11-21 05:06:27.351366+00', 'system', NULL, 'user.created', 'user:4', 'null', '{"demo": true, "role": "customer"}', NULL, NULL),
	(11, '2026-11-21 05:06:27.587276+00', 'system', NULL, 'user.created', 'user:5', 'null', '{"demo": true, "role": "admin"}', NULL, NULL);
INSERT INTO public.catalog_versions (number, content_hash, source, source_name, applied_by, applied_at, changes) VALUES
	(1, 'f9d76685f22b83e0362453a6153bcf8b85ae6cf7e5671a3529f0b9ecf180b74e', '# Dryrun, an invented AI product that uses everything a catalogue can say. Copy this file to begin your own:
#   python -m billing_app catalog export > mine.toml
# docs/catalogue.md explains every field.
format = 1
currency = "USD"
[brand]
name = "Dryrun"
tagline = "Rehearse the conversations that matter with an AI that listens, asks back and tells you what to change."
headline = "Practise before it counts"
introduction = "Four credits are one practice interview, one credit is a message to your coach. You see the price before you start."
seller = "Dryrun Labs Ltd"
support_email = "help@dryrun.example"
credit = { one = "credit", many = "credits" }
credit_is = "Four credits are one practice interview; one credit is one message to the coach."
[tax]
behavior = "exclusive"
automatic = false
[pricing]
default_period = "month"
price_per = "mock_interview"
# The values below are the defaults, written out so that they are easy to find. The FAQ is written from them.
[policies]
renewal_gap_hours = 72                   # plan credits stay spendable this long while a renewal is being paid
past_due_grace_days = 7                  # full access after a failed renewal
free_credits_need_verified_email = true
cancel_now_credits = "keep_paid"         # or "void"
refund_of_spent = "debt"                 # or "write_off"
reversal_valid_days = 7                  # credits given back for a failed job, when theirs have expired
dispute_blocks_checkout = true
[policies.rollover]
kind = "none"                            # or "all", or "capped" with a cap
[policies.breakage]
kind = "at_expiry"                       # or "proportional" with a rate
# ---------------------------------------------------------------------------------------------------- features
[[features]]
code = "mock_interview"
name = "Practice interview"
description = "A live interview for the role you name, with follow-up questions and feedback at the end."
icon = "mic"
metering = "credits"
unit = { one = "interview", many = "interviews" }
quota = { window = "month", cap = "hard" }
playground = "interview"
[[features]]
code = "coach_chat"
name = "Coach chat"
description = "Ask anything about your preparation; the coach knows your past interviews."
icon = "message-circle"
metering = "credits"
unit = { one = "message", many = "messages" }
playground = "chat"
[[features]]
code = "cv_review"
name = "CV review"
description = "Line by line comments on your CV for one job description."
icon = "file-text"
metering = "quota"
unit = { one = "CV review", many = "CV reviews" }
quota = { window = "month", cap = "hard", rollover = false }
playground = "counter"
[[features]]
code = "question_set"
name = "Question set"
description = "Twenty likely questions with model answers, written from your CV and one job description."
icon = "wand-sparkles"
metering = "unlock"
unit = { one = "question set", many = "question sets" }
without = "Sets you have made stay yours to read; making another needs a new unlock."
playground = "qa_generator"
[[features]]
code = "answer_library"
name = "Answer library"
description = "Keep your own questions and answers, edit them and rehearse with them."
icon = "library"
metering = "unlock"
without = "Your library can be read; adding, editing and deleting need the unlock."
playground = "qa_pairs"
[[features]]
code = "transcripts"
name = "Transcripts"
description = "The full text of every interview, to download."
icon = "scroll-text"
metering = "included"
# ------------------------------------------------------------------------------------------------------- plans
[[plans]]
code = "free"
name = "Free"
description = "Try it every month."
sort = 0
credits_per_month = 8
quotas = { cv_review = 1 }
[[plans]]
code = "starter"
name = "Starter"
description = "For one application at a time."
sort = 1
credits_per_month = 60
features = ["transcripts"]
quotas = { cv_review = 5 }
prices = [
  { period = "month", amount = "12.00 USD" },
  { period = "year", amount = "120.00 USD" },
]
[[plans]]
code = "pro"
name = "Pro"
description = "For a job search in earnest."
sort = 2
highlighted = true
badge = "Recommended"
credits_per_month = 200
features = ["transcripts", "answer_library"]
quotas = { cv_review = 30 }
prices = [
  { period = "month", amount = "29.00 USD", trial_days = 7 },
  { period = "year", amount = "290.00 USD", trial_days = 14 },
]
[[plans]]
code = "teams"
name = "Teams"
description = "For universities and outplacement."
sort = 3
contact_only = true
features = ["transcripts", "answer_library"]
quotas = { cv_review = "unlimited" }
bullets = ["A credit pool of your own size", "Invoice and bank transfer"]
# ------------------------------------------------------------------------------------------ packs and unlocks
[[packs]]
code = "small"
name = "Small pack"
description = "For the interview next week."
sort = 1
price = "9.00 USD"
credits = 40
valid = 365
[[packs]]
code = "medium"
name = "Medium pack"
description = "For a month of steady practice."
sort = 2
highlighted = true
badge = "Recommended"
price = "24.00 USD"
credits = 120
valid = 365
[[packs]]
code = "large"
name = "Large pack"
description = "For a whole job search."
sort = 3
price = "54.00 USD"
credits = 300
valid = 365
[[unlocks]]
code = "question_set"
name = "Question set"
description = "Made once, for the job you are after."
sort = 1
price = "6.00 USD"
feature = "question_set"
uses = 1
[[unlocks]]
code = "answer_library"
name = "Answer library"
description = "Yours for good, with or without a plan."
sort = 2
price = "19.00 USD"
feature = "answer_library"
uses = "unlimited"
# -------------------------------------------------------------------------------- what it takes and what it costs
[[rates]]
code = "mock_interview"
name = "Practice interview"
feature = "mock_interview"
credits = 4
[[rates]]
code = "coach_message"
name = "Message to the coach"
feature = "coach_chat"
credits = 1
add_ons = [
  { code = "company_research", name = "Company research", credits = 2 },
  { code = "document", name = "Each document read", credits = 1, repeatable = true },
]
[[costs]]
feature = "mock_interview"
name = "Speech to text"
amount = "0.18 USD"
[[costs]]
feature = "mock_interview"
name = "Language model"
amount = "0.05 USD"
[[costs]]
feature = "coach_chat"
name = "Language model"
amount = "0.0125 USD"
[[costs]]
feature = "cv_review"
name = "Language model"
amount = "0.03 USD"
[[costs]]
feature = "question_set"
name = "Language model"
amount = "0.05 USD"
[[costs]]
feature = "answer_library"
name = "Storage"
amount = "0.00 USD"
[[costs]]
feature = "transcripts"
name = "Storage"
amount = "0.00 USD"
[[payment_fees]]
currency = "USD"
percent = "2.9 %"
fixed = "0.30 USD"
dispute = "15.00 USD"
[[faq]]
question = "When are credits taken?"
answer = "When an interview ends, or as the coach answers. What never began costs nothing."
', 'showcase.toml', 'cli', '2026-11-21 05:06:11.356384+00', '["+ format: 1", "+ currency: USD", "+ brand: name Dryrun, tagline \"Rehearse the conversations that matter with an AI that listens, asks back and tells you what to change.\", headline \"P…", "+ pricing: price_per mock_interview", "+ features.mock_interview: name \"Practice interview\", icon mic, metering credits, unit one interview, many interviews, playground interview", "+ features.coach_chat: name \"Coach chat\", icon message-circle, metering credits, unit one message, many messages, playground chat", "+ features.cv_review: name \"CV review\", icon file-text, metering quota, unit one \"CV review\", many \"CV reviews\", playground counter", "+ features.question_set: name \"Question set\", icon wand-sparkles, metering unlock, unit one \"question set\", many \"question sets\", without \"Sets you have made stay y…", "+ features.answer_library: name \"Answer library\", icon library, metering unlock, without \"Your library can be read; adding, editing and deleting need the unlock.\", pl…", "+ features.transcripts: name Transcripts, icon scroll-text, metering included", "+ plans.free: name Free, credits_per_month 8, quotas cv_review 1", "+ plans.starter: name Starter, sort 1, prices [period month, amount 12.00 USD, period year, amount 120.00 USD], credits_per_month 60, features [transcripts]…", "+ plans.pro: name Pro, sort 2, highlighted yes, badge Recommended, prices [period month, amount 29.00 USD, trial_days 7, period year, amount 290.00 USD,…", "+ plans.teams: name Teams, sort 3, contact_only yes, features [transcripts, answer_library], quotas cv_review unlimited, bullets [\"A credit pool of your o…", "+ packs.small: name \"Small pack\", sort 1, price 9.00 USD, credits 40, valid 365", "+ packs.medium: name \"Medium pack\", sort 2, highlighted yes, badge Recommended, price 24.00 USD, credits 120, valid 365", "+ packs.large: name \"Large pack\", sort 3, price 54.00 USD, credits 300, valid 365", "+ unlocks.question_set: name \"Question set\", sort 1, price 6.00 USD, feature question_set, uses 1", "+ unlocks.answer_library: name \"Answer library\", sort 2, price 19.00 USD, feature answer_library, uses unlimited", "+ rates.mock_interview: name \"Practice interview\", feature mock_interview, credits 4", "+ rates.coach_message: name \"Message to the coach\", feature coach_chat, credits 1, add_ons [name \"Company research\", credits 2, name \"Each document read\", credits…", "+ costs.mock_interview.Speech to text: feature mock_interview, name \"Speech to text\", amount 0.18 USD", "+ costs.mock_interview.Language model: feature mock_interview, name \"Language model\", amount 0.05 USD", "+ costs.coach_chat.Language model: feature coach_chat, name \"Language model\", amount 0.0125 USD", "+ costs.cv_review.Language model: feature cv_review, name \"Language model\", amount 0.03 USD", "+ costs.question_set.Language model: feature question_set, name \"Language model\", amount 0.05 USD", "+ costs.answer_library.Storage: feature answer_library, name Storage, amount 0.00 USD", "+ costs.transcripts.Storage: feature transcripts, name Storage, amount 0.00 USD", "+ payment_fees.USD: currency USD, percent 2.9 %, fixed 0.30 USD, dispute 15.00 USD", "+ faq.When are credits taken?: question \"When are credits taken?\", answer \"When an interview ends, or as the coach answers. What never began costs nothing.\"", "made plan free: 8 credits a month for no price", "made plan starter by month: 60 credits a month for 12.00 USD", "made plan starter by year: 60 credits a month for 120.00 USD", "made plan pro by month: 200 credits a month for 29.00 USD", "made plan pro by year: 200 credits a month for 290.00 USD", "made plan teams: no price", "made pack small: 40 credits valid 365 days for 9.00 USD", "made pack medium: 120 credits valid 365 days for 24.00 USD", "made pack large: 300 credits valid 365 days for 54.00 USD", "made unlock question_set: question_set, 1 use(s), for 6.00 USD", "made unlock answer_library: answer_library, unlimited, for 19.00 USD"]');
INSERT INTO public.catalog_items (id, kind, code, period, amount_minor, currency, tax_behavior, credits, valid_days, feature, uses, name, description, sort, definition, stripe_price_id, introduced_in, retired_in) VALUES
	(1, 'plan', 'free', NULL, NULL, NULL, 'exclusive', 8, NULL, NULL, NULL, 'Free', 'Try it every month.', 0, '{"code": "free", "name": "Free", "sort": 0, "badge": null, "active": true, "prices": [], "quotas": {"cv_review": 1}, "bullets": [], "features": [], "contact_url": null, "description": "Try it every month.", "highlighted": false, "contact_only": false, "credits_per_month": 8}', NULL, 1, NULL),
	(3, 'plan', 'starter', 'year', 12000, 'USD', 'exclusive', 60, NULL, NULL, NULL, 'Starter', 'For one application at a time.', 1, '{"code": "starter", "name": "Starter", "sort": 1, "badge": null, "active": true, "prices": [{"amount": "12.00 USD", "period": "month", "trial_days": 0, "trial_needs_card": true}, {"amount": "120.00 USD", "period": "year", "trial_days": 0, "trial_needs_card": true}], "quotas": {"cv_review": 5}, "bullets": [], "features": ["transcripts"], "contact_url": null, "description": "For one application at a time.", "highlighted": false, "contact_only": false, "credits_per_month": 60}', NULL, 1, NULL),
	(5, 'plan', 'pro', 'year', 29000, 'USD', 'exclusive', 200, NULL, NULL, NULL, 'Pro', 'For a job search in earnest.', 2, '{"code": "pro", "name": "Pro", "sort": 2, "badge": "Recommended", "active": true, "prices": [{"amount": "29.00 USD", "period": "month", "trial_days": 7, "trial_needs_card": true}, {"amount": "290.00 USD", "period": "year", "trial_days": 14, "trial_needs_card": true}], "quotas": {"cv_review": 30}, "bullets": [], "features": ["transcripts", "answer_library"], "contact_url": null, "description": "For a job search in earnest.", "highlighted": true, "contact_only": false, "credits_per_month": 200}', NULL, 1, NULL),
	(6, 'plan', 'teams', NULL, NULL, NULL, 'exclusive', 0, NULL, NULL, NULL, 'Teams', 'For universities and outplacement.', 3, '{"code": "teams", "name": "Teams", "sort": 3, "badge": null, "active": true, "prices": [], "quotas": {"cv_review": "unlimited"}, "bullets": ["A credit pool of your own size", "Invoice and bank transfer"], "features": ["transcripts", "answer_library"], "contact_url": null, "description": "For universities and outplacement.", "highlighted": false, "contact_only": true, "credits_per_month": 0}', NULL, 1, NULL),
	(7, 'pack', 'small', NULL, 900, 'USD', 'exclusive', 40, 365, NULL, NULL, 'Small pack', 'For the interview next week.', 1, '{"code": "small", "name": "Small pack", "sort": 1, "badge": null, "price": "9.00 USD", "valid": 365, "active": true, "credits": 40, "description": "For the interview next week.", "highlighted": false}', NULL, 1, NULL),
	(8, 'pack', 'medium', NULL, 2400, 'USD', 'exclusive', 120, 365, NULL, NULL, 'Medium pack', 'For a month of steady practice.', 2, '{"code": "medium", "name": "Medium pack", "sort": 2, "badge": "Recommended", "price": "24.00 USD", "valid": 365, "active": true, "credits": 120, "description": "For a month of steady practice.", "highlighted": true}', NULL, 1, NULL),
	(9, 'pack', 'large', NULL, 5400, 'USD', 'exclusive', 300, 365, NULL, NULL, 'Large pack', 'For a whole job search.', 3, '{"code": "large", "name": "Large pack", "sort": 3, "badge": null, "price": "54.00 USD", "valid": 365, "active": true, "credits": 300, "description": "For a whole job search.", "highlighted": false}', NULL, 1, NULL),
	(10, 'unlock', 'question_set', NULL, 600, 'USD', 'exclusive', 0, NULL, 'question_set', 1, 'Question set', 'Made once, for the job you are after.', 1, '{"code": "question_set", "name": "Question set", "sort": 1, "uses": 1, "badge": null, "price": "6.00 USD", "active": true, "feature": "question_set", "description": "Made once, for the job you are after.", "highlighted": false}', NULL, 1, NULL),
	(11, 'unlock', 'answer_library', NULL, 1900, 'USD', 'exclusive', 0, NULL, 'answer_library', NULL, 'Answer library', 'Yours for good, with or without a plan.', 2, '{"code": "answer_library", "name": "Answer library", "sort": 2, "uses": "unlimited", "badge": null, "price": "19.00 USD", "active": true, "feature": "answer_library", "description": "Yours for good, with or without a plan.", "highlighted": false}', NULL, 1, NULL),
	(4, 'plan', 'pro', 'month', 2900, 'USD', 'exclusive', 200, NULL, NULL, NULL, 'Pro', 'For a job search in earnest.', 2, '{"code": "pro", "name": "Pro", "sort": 2, "badge": "Recommended", "active": true, "prices": [{"amount": "29.00 USD", "period": "month", "trial_days": 7, "trial_needs_card": true}, {"amount": "290.00 USD", "period": "year", "trial_days": 14, "trial_needs_card": true}], "quotas": {"cv_review": 30}, "bullets": [], "features": ["transcripts", "answer_library"], "contact_url": null, "description": "For a job search in earnest.", "highlighted": true, "contact_only": false, "credits_per_month": 200}', 'price_H3jh84RfQ8ZvLMVfVOYlJmXl', 1, NULL),
	(2, 'plan', 'starter', 'month', 1200, 'USD', 'exclusive', 60, NULL, NULL, NULL, 'Starter', 'For one application at a time.', 1, '{"code": "starter", "name": "Starter", "sort": 1, "badge": null, "active": true, "prices": [{"amount": "12.00 USD", "period": "month", "trial_days": 0, "trial_needs_card": true}, {"amount": "120.00 USD", "period": "year", "trial_days": 0, "trial_needs_card": true}], "quotas": {"cv_review": 5}, "bullets": [], "features": ["transcripts"], "contact_url": null, "description": "For one application at a time.", "highlighted": false, "contact_only": false, "credits_per_month": 60}', 'price_xjuTGFcrhQgJTofO9n43Gj8C', 1, NULL);
INSERT INTO public.checkouts (id, public_id, customer_id, kind, code, name, amount_minor, currency, item_id, credits, valid_days, feature, uses, return_to, returned_at, state, failure, idempotency_key, stripe_session_id, stripe_payment_intent, url, created_at, opened_at, expires_at, settled_at, watched_at, seen_open_at, period, trial_days, stripe_subscription_id, success_to, cancel_to) VALUES
	(1, 'chk_lGKo_bODvVIOV2-EA6AAKswY', 1, 'pack', 'medium', 'Medium pack', 2400, 'USD', 8, 120, 365, NULL, NULL, NULL, NULL, 'paid', NULL, 'ODP3-NSC01hubVtQxxYkMqHAbs3NOCAK', 'cs_test_FERn05de7gIHXpEUpY0ZrQsc0bLOD2TQYWakPnqAaXN3EGJmCPRTUzUEJU', 'pi_G9TLtlhxCmVrxZMQCpDvHddy', 'http://127.0.0.1:33321/c/pay/cs_test_FERn05de7gIHXpEUpY0ZrQsc0bLOD2TQYWakPnqAaXN3EGJmCPRTUzUEJU', '2026-11-21 05:06:12.737031+00', '2026-11-21 05:06:12.725604+00', '2026-11-21 06:06:12.737038+00', '2026-11-21 05:06:14.191319+00', NULL, NULL, NULL, 0, NULL, NULL, NULL),
	(2, 'chk_afZ_tuA25ZuA-ZG7tqoo-ZeG', 2, 'pack', 'medium', 'Medium pack', 2400, 'USD', 8, 120, 365, NULL, NULL, NULL, NULL, 'paid', NULL, 'W2XrfqTvIyudMbti_f0ReJ3hIdoNbVXU', 'cs_test_btrBIencn4htbTVWnOm63TNHhmHhpfq7XsJMMBcTZ2MrgcSq4xL8kMqRsv', 'pi_qmOmcmb6pn7cif4T2q6p2fIm', 'http://127.0.0.1:33321/c/pay/cs_test_btrBIencn4htbTVWnOm63TNHhmHhpfq7XsJMMBcTZ2MrgcSq4xL8kMqRsv', '2026-11-21 05:06:14.640019+00', '2026-11-21 05:06:14.627948+00', '2026-11-21 06:06:14.640023+00', '2026-11-21 05:06:15.547408+00', NULL, NULL, NULL, 0, NULL, NULL, NULL),
	(3, 'chk_9uWnzfnOjb-shlZarZ_yATZO', 1, 'plan', 'pro', 'Pro', 2900, 'USD', 4, 200, NULL, NULL, NULL, NULL, NULL, 'paid', NULL, 'W3YWYnCq8NhnT6uXRqJNDmY5RMVaCt6O', 'cs_test_qNErwD0yHeiKS41xP5VWn0VyMDC9Pa0btQgj4bmqPDCLC90QGqgNX5cRv0', NULL, 'http://127.0.0.1:33321/c/pay/cs_test_qNErwD0yHeiKS41xP5VWn0VyMDC9Pa0btQgj4bmqPDCLC90QGqgNX5cRv0', '2026-11-21 05:06:15.971499+00', '2026-11-21 05:06:15.923474+00', '2026-11-21 06:06:15.971505+00', '2026-11-21 05:06:17.471803+00', NULL, NULL, 'month', 7, 'sub_0WDn31GZn6tDhW84MtHlKPOY', NULL, NULL),
	(4, 'chk_PAtFC9FHpdlgC9GG3DrC7Uwq', 2, 'plan', 'starter', 'Starter', 1200, 'USD', 2, 60, NULL, NULL, NULL, NULL, NULL, 'paid', NULL, 'gMpTnYxeEPNjZkeHlUQ7ZLP6tGietxSA', 'cs_test_aiUQHSIBHVtZ04qeBiK4Mq8bYb0jTP6sNmzR9CO3f21kBqu9d4PmJmGq6K', NULL, 'http://127.0.0.1:33321/c/pay/cs_test_aiUQHSIBHVtZ04qeBiK4Mq8bYb0jTP6sNmzR9CO3f21kBqu9d4PmJmGq6K', '2026-11-21 05:06:19.461994+00', '2026-11-21 05:06:19.441956+00', '2026-11-21 06:06:19.462+00', '2026-11-21 05:06:23.37129+00', NULL, NULL, 'month', 0, 'sub_B6P1DRLJcI4Wdtq9qi9Wwc69', NULL, NULL);
INSERT INTO public.cost_log (id, source, request_id, sign, kind, model, customer_id, entry_id, plan, feature, input, output, cached_input, cache_write, reasoning, units, price_id, currency, cost, at, recorded_at, corrects, details, fingerprint, written_in) VALUES
	(1, 'host', 'r0', 1, 'llm', 'gpt-4o', 5, NULL, 'free', 'coach_chat', 1000, 200, 0, 0, 0, 0.000000, NULL, NULL, NULL, '2026-11-21 05:06:26.896385+00', '2026-11-21 05:06:26.922186+00', NULL, NULL, '\x6b9bea1c87e55f60c247aa73a7b5fcd8', '974'),
	(2, 'host', 'r1', 1, 'llm', 'gpt-4o', 5, NULL, 'free', 'coach_chat', 1000, 200, 0, 0, 0, 0.000000, NULL, NULL, NULL, '2026-11-21 05:06:26.982751+00', '2026-11-21 05:06:26.985959+00', NULL, NULL, '\x941fa460f0799a2cb4300e69fdae2b7d', '975'),
	(3, 'host', 'r2', 1, 'llm', 'gpt-4o', 5, NULL, 'free', 'coach_chat', 1000, 200, 0, 0, 0, 0.000000, NULL, NULL, NULL, '2026-11-21 05:06:27.020446+00', '2026-11-21 05:06:27.034366+00', NULL, NULL, '\x71fa5f27c65e8fca8644c8f2295f396b', '976');
INSERT INTO public.cost_sums (day, kind, plan, feature, model, purchase, currency, calls, unknown, input, output, cached_input, cache_write, reasoning, units, cost) VALUES
	('2026-11-21', 'llm', 'free', 'coach_chat', 'gpt-4o', 'none', '', 3, 3, 3000, 600, 0, 0, 0, 0.000000, 0.000000000000);
INSERT INTO public.cost_sums_customer (customer_id, day, currency, calls, unknown, cost) VALUES
	(5, '2026-11-21', '', 3, 3, 0.000000000000);
INSERT INTO public.cost_sums_customer_month (customer_id, month, currency, calls, unknown, cost) VALUES
	(5, '2026-11-01', '', 3, 3, 0.000000000000);
INSERT INTO public.credit_accounts (customer_id, entry_count, lot_count, hold_count, debt_count, encumbered, settled_at, grants_due_at) VALUES
	(1, 4, 3, 0, 0, false, '2026-11-21 05:06:17.403646+00', NULL),
	(2, 6, 3, 0, 0, true, '2026-11-21 05:06:26.23229+00', '2026-11-22 05:06:26.23229+00'),
	(3, 2, 2, 1, 0, false, '2026-11-21 05:06:26.313889+00', '2026-11-22 05:06:12.648903+00'),
	(5, 2, 1, 0, 0, false, '2026-11-21 05:06:27.06339+00', '2026-11-22 05:06:27.06339+00');
INSERT INTO public.credit_allocations (customer_id, entry_id, "position", lot_id, credits, prepared) VALUES
	(1, 3, 0, 1, 7, false),
	(2, 3, 0, 1, 7, false),
	(2, 4, 0, 1, 1, false),
	(2, 6, 0, 2, 120, false),
	(5, 2, 0, 1, 1, false);
INSERT INTO public.credit_claims (customer_id, payment, refunded, captured, spent, closed_windows, frozen_at) VALUES
	(2, 'pi_qmOmcmb6pn7cif4T2q6p2fIm', 2400, 2400, 'debt', false, NULL);
INSERT INTO public.credit_entries (customer_id, id, kind, amount, balance_after, at, recorded_at, feature, reference, lot_id, hold_id, debt_id, reverses, price, details, actor, note) VALUES
	(3, 1, 'grant', 8, 8, '2026-11-21 05:06:12.648903+00', '2026-11-21 05:06:12.704788+00', NULL, NULL, 1, NULL, NULL, NULL, NULL, NULL, 'system', ''),
	(3, 2, 'grant', 30, 38, '2026-11-21 05:06:12.648903+00', '2026-11-21 05:06:12.704788+00', NULL, NULL, 2, NULL, NULL, NULL, NULL, NULL, 'system', ''),
	(1, 1, 'grant', 8, 8, '2026-11-21 05:06:14.128612+00', '2026-11-21 05:06:14.178323+00', NULL, NULL, 1, NULL, NULL, NULL, NULL, NULL, 'system', ''),
	(1, 2, 'grant', 120, 128, '2026-11-21 05:06:14.128612+00', '2026-11-21 05:06:14.178323+00', NULL, NULL, 2, NULL, NULL, NULL, NULL, NULL, 'stripe', ''),
	(1, 3, 'consume', -7, 121, '2026-11-21 05:06:14.574148+00', '2026-11-21 05:06:14.574311+00', 'coach_chat', 'chat-1', NULL, NULL, NULL, NULL, NULL, '{"a": 1}', 'system', 'a note'),
	(2, 1, 'grant', 8, 8, '2026-11-21 05:06:15.469657+00', '2026-11-21 05:06:15.539369+00', NULL, NULL, 1, NULL, NULL, NULL, NULL, NULL, 'system', ''),
	(2, 2, 'grant', 120, 128, '2026-11-21 05:06:15.469657+00', '2026-11-21 05:06:15.539369+00', NULL, NULL, 2, NULL, NULL, NULL, NULL, NULL, 'stripe', ''),
	(2, 3, 'consume', -7, 121, '2026-11-21 05:06:15.853846+00', '2026-11-21 05:06:15.854042+00', 'coach_chat', 'chat-2', NULL, NULL, NULL, NULL, NULL, '{"a": 1}', 'system', 'a note'),
	(1, 4, 'grant', 200, 321, '2026-11-21 05:06:17.403646+00', '2026-11-21 05:06:17.409482+00', NULL, NULL, 3, NULL, NULL, NULL, NULL, NULL, 'stripe', ''),
	(2, 4, 'void', -1, 120, '2026-11-21 05:06:23.273277+00', '2026-11-21 05:06:23.302209+00', NULL, NULL, 1, NULL, NULL, NULL, NULL, NULL, 'stripe', 'The paid plan has begun.'),
	(2, 5, 'grant', 60, 180, '2026-11-21 05:06:23.273277+00', '2026-11-21 05:06:23.302209+00', NULL, NULL, 3, NULL, NULL, NULL, NULL, NULL, 'stripe', ''),
	(2, 6, 'revoke', -120, 60, '2026-11-21 05:06:26.23229+00', '2026-11-21 05:06:26.255563+00', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'stripe', 'Refund of Medium pack'),
	(5, 1, 'grant', 8, 8, '2026-11-21 05:06:27.06339+00', '2026-11-21 05:06:27.100688+00', NULL, NULL, 1, NULL, NULL, NULL, NULL, NULL, 'system', ''),
	(5, 2, 'consume', -1, 7, '2026-11-21 05:06:27.06339+00', '2026-11-21 05:06:27.100688+00', 'coach_chat', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'api_key:1', '');
INSERT INTO public.credit_hold_lots (customer_id, hold_id, "position", lot_id, credits) VALUES
	(3, 1, 0, 1, 3);
INSERT INTO public.credit_holds (customer_id, id, feature, reference, credits, state, created_at, expires_at, cap_at, on_expiry, captured, entry_id, ended_at, price, details, actor) VALUES
	(3, 1, 'coach_chat', NULL, 3, 'live', '2026-11-21 05:06:26.313889+00', '2026-11-21 05:21:26.313889+00', '2026-11-22 05:06:26.313889+00', 0, 0, NULL, NULL, NULL, NULL, 'system');
INSERT INTO public.credit_keys (customer_id, key, fingerprint, operation, subject, answer) VALUES
	(1, 'auto:27681-1e4eb51315010f95:1', '\x46ada9b7a4fea44bdd6916757afb4f21', 'Consume', 3, NULL),
	(2, 'auto:27681-1e4eb51315010f95:2', '\x6701cc47c096f0ccffd75965551994da', 'Consume', 3, NULL),
	(3, 'auto:27681-1e4eb51315010f95:3', '\x768c4a137549aad2503842f278e11812', 'Hold', 1, NULL),
	(5, 'api:k-consume-1', '\xfb79b8c326e9481457b18a08e7f831b7', 'Consume', 2, NULL);
INSERT INTO public.credit_lots (customer_id, id, kind, label, source, payment, origin_lot_id, granted, remaining, expired, revoked, voided, due_back, priority, paid_minor, currency, effective_at, expires_at, debt_limit, booked, open, frozen_at, created_at, actor, note, renews_at, gap_used, rolls, rolls_days) VALUES
	(3, 1, 'free', 'Free, November 2026', 'free:2026-11', NULL, NULL, 8, 8, 0, 0, 0, 0, 50, 0, NULL, '2026-11-21 05:06:12.648903+00', '2026-12-01 00:00:00+00', NULL, true, true, NULL, '2026-11-21 05:06:12.648903+00', 'system', '', NULL, 0, 0, 0),
	(3, 2, 'promotion', 'Welcome', 'welcome-3', NULL, NULL, 30, 30, 0, 0, 0, 0, 50, 0, NULL, '2026-11-21 05:06:12.648903+00', NULL, NULL, true, true, NULL, '2026-11-21 05:06:12.648903+00', 'system', '', NULL, 0, 0, 0),
	(1, 2, 'purchase', 'Medium pack', 'cs_test_FERn05de7gIHXpEUpY0ZrQsc0bLOD2TQYWakPnqAaXN3EGJmCPRTUzUEJU', 'pi_G9TLtlhxCmVrxZMQCpDvHddy', NULL, 120, 120, 0, 0, 0, 0, 50, 2400, 'USD', '2026-11-21 05:06:14.128612+00', '2027-11-21 05:06:14.128543+00', 0, true, true, NULL, '2026-11-21 05:06:14.128612+00', 'stripe', '', NULL, 0, 0, 0),
	(1, 1, 'free', 'Free, November 2026', 'free:2026-11', NULL, NULL, 8, 1, 0, 0, 0, 0, 50, 0, NULL, '2026-11-21 05:06:14.128612+00', '2026-12-01 00:00:00+00', NULL, true, true, NULL, '2026-11-21 05:06:14.128612+00', 'system', '', NULL, 0, 0, 0),
	(1, 3, 'trial', 'Pro, free trial', 'trial:sub_0WDn31GZn6tDhW84MtHlKPOY', NULL, NULL, 200, 200, 0, 0, 0, 0, 50, 0, NULL, '2026-11-21 05:06:17.403646+00', '2026-11-28 05:06:16+00', NULL, true, true, NULL, '2026-11-21 05:06:17.403646+00', 'stripe', '', NULL, 0, 0, 0),
	(2, 1, 'free', 'Free, November 2026', 'free:2026-11', NULL, NULL, 8, 0, 0, 0, 1, 0, 50, 0, NULL, '2026-11-21 05:06:15.469657+00', '2026-11-21 05:06:23.273277+00', NULL, true, false, NULL, '2026-11-21 05:06:15.469657+00', 'system', '', NULL, 0, 0, 0),
	(2, 3, 'plan', 'Starter, 21 Nov to 21 Dec 2026', 'il_Hu1RL7epwbayWt6AsnBi0Mxe:20261121T050619Z', 'in_VDWXPDNgSuD2l4afNmZXvkzV', NULL, 60, 60, 0, 0, 0, 0, 50, 1200, 'USD', '2026-11-21 05:06:19+00', '2026-12-21 05:06:19+00', NULL, true, true, NULL, '2026-11-21 05:06:23.273277+00', 'stripe', '', NULL, 0, 0, 0),
	(2, 2, 'purchase', 'Medium pack', 'cs_test_btrBIencn4htbTVWnOm63TNHhmHhpfq7XsJMMBcTZ2MrgcSq4xL8kMqRsv', 'pi_qmOmcmb6pn7cif4T2q6p2fIm', NULL, 120, 0, 0, 120, 0, 0, 50, 2400, 'USD', '2026-11-21 05:06:15.469657+00', '2027-11-21 05:06:15.469586+00', 0, true, false, NULL, '2026-11-21 05:06:15.469657+00', 'stripe', '', NULL, 0, 0, 0),
	(5, 1, 'free', 'Free, November 2026', 'free:2026-11', NULL, NULL, 8, 7, 0, 0, 0, 0, 50, 0, NULL, '2026-11-21 05:06:27.06339+00', '2026-12-01 00:00:00+00', NULL, true, true, NULL, '2026-11-21 05:06:27.06339+00', 'system', '', NULL, 0, 0, 0);
INSERT INTO public.drafts (customer_id, page, text, updated_at) VALUES
	(1, 'playground/chat', 'a draft', '2026-11-21 05:06:26.55612+00');
INSERT INTO public.enquiries (id, number, customer_id, plan_code, name, email, company, message, fingerprint, created_at) VALUES
	(1, 'E-1', 1, '', 'Ada', 'ada@example.com', 'Co', 'Hello', 'f1', '2026-11-21 05:06:26.56745+00');
INSERT INTO public.facts (kind, key, learnt_from, claimed_at) VALUES
	('session_paid', 'cs_test_FERn05de7gIHXpEUpY0ZrQsc0bLOD2TQYWakPnqAaXN3EGJmCPRTUzUEJU', 'event:evt_pXG9XjoVz6JcVYMEzipYSYFJ', '2026-11-21 05:06:14.119763+00'),
	('session_paid', 'cs_test_btrBIencn4htbTVWnOm63TNHhmHhpfq7XsJMMBcTZ2MrgcSq4xL8kMqRsv', 'event:evt_VL0KgPiKme2M2PC88lFD8CfK', '2026-11-21 05:06:15.447668+00'),
	('invoice_paid', 'in_eBzO01pw28ThhswuO8d0qJoQ', 'event:evt_zdvNdTv0rXKsZYWsmR1jxM1a', '2026-11-21 05:06:18.006634+00'),
	('invoice_paid', 'in_VDWXPDNgSuD2l4afNmZXvkzV', 'event:evt_dfVFK0bTELnbde1uFdRG4S3w', '2026-11-21 05:06:23.228908+00'),
	('refund', 'ch_dj7vGeJDRLUUg7pUUNQT2i34:2400', 'event:evt_jf0EeHaSg1BJ3XKCY3sqp1S3', '2026-11-21 05:06:26.23079+00');
INSERT INTO public.funnel_events (id, at, visitor, customer_id, name, data) VALUES
	(1, '2026-11-21 05:06:12.88688+00', NULL, 1, 'checkout_opened', '{"code": "medium", "kind": "pack", "reused": false}'),
	(2, '2026-11-21 05:06:14.220958+00', NULL, 1, 'granted', '{"code": "medium", "kind": "pack", "learnt_from": "event"}'),
	(3, '2026-11-21 05:06:14.798553+00', NULL, 2, 'checkout_opened', '{"code": "medium", "kind": "pack", "reused": false}'),
	(4, '2026-11-21 05:06:15.600402+00', NULL, 2, 'granted', '{"code": "medium", "kind": "pack", "learnt_from": "event"}'),
	(5, '2026-11-21 05:06:16.16116+00', NULL, 1, 'checkout_opened', '{"code": "pro", "kind": "plan", "period": "month", "reused": false, "trial_days": 7}'),
	(6, '2026-11-21 05:06:19.551445+00', NULL, 2, 'checkout_opened', '{"code": "starter", "kind": "plan", "period": "month", "reused": false, "trial_days": 0}'),
	(7, '2026-11-21 05:06:24.559457+00', NULL, 2, 'plan_cancelled', '{"code": "starter", "reason": "too_expensive", "at_once": false}');
INSERT INTO public.hand_overs (id, customer_id, token_hash, api_key_id, goes_to, return_to, created_at, expires_at, used_at) VALUES
	(1, 4, '\xe205a8bad5ec6b2b7416fc3757da1fe9e21676afcb0cd2a75c051171700abb22', 1, '/dashboard', NULL, '2026-11-21 05:06:26.351547+00', '2026-11-21 05:11:26.351547+00', '2026-11-21 05:06:26.424598+00');
INSERT INTO public.subscriptions (id, customer_id, stripe_subscription_id, item_id, plan_code, period, amount_minor, currency, terms, reason, status, started_at, anchor, current_period_start, current_period_end, trial_start, trial_end, cancel_at_period_end, cancel_at, canceled_at, ended_at, past_due_since, paused, stripe_schedule_id, next_item_id, next_at, pending_update_until, default_payment_method, latest_invoice, drift, ours, handed_over_at, superseded, asked_at, watched_at, created_at, updated_at) VALUES
	(1, 1, 'sub_0WDn31GZn6tDhW84MtHlKPOY', 4, 'pro', 'month', 2900, 'USD', NULL, NULL, 'trialing', '2026-11-21 05:06:16+00', '2026-11-28 05:06:16+00', '2026-11-21 05:06:16+00', '2026-11-28 05:06:16+00', '2026-11-21 05:06:16+00', '2026-11-28 05:06:16+00', false, NULL, NULL, NULL, NULL, false, NULL, NULL, NULL, NULL, 'pm_5M73yVtVf0zbCqubRQ5ogF9m', 'in_eBzO01pw28ThhswuO8d0qJoQ', '[]', true, NULL, false, '2026-11-21 05:06:19.19556+00', NULL, '2026-11-21 05:06:17.330943+00', '2026-11-21 05:06:19.291868+00'),
	(2, 2, 'sub_B6P1DRLJcI4Wdtq9qi9Wwc69', 2, 'starter', 'month', 1200, 'USD', NULL, NULL, 'active', '2026-11-21 05:06:19+00', '2026-11-21 05:06:19+00', '2026-11-21 05:06:19+00', '2026-12-21 05:06:19+00', NULL, NULL, true, '2026-12-21 05:06:19+00', '2026-11-21 05:06:24+00', NULL, NULL, false, NULL, NULL, NULL, NULL, 'pm_CZm8IDMSE5bHCSfWkK2VJ1ec', 'in_VDWXPDNgSuD2l4afNmZXvkzV', '[]', true, NULL, false, '2026-11-21 05:06:25.426287+00', NULL, '2026-11-21 05:06:22.808023+00', '2026-11-21 05:06:25.598329+00');
INSERT INTO public.invoices (id, customer_id, subscription_id, stripe_invoice_id, number, status, billing_reason, description, currency, subtotal_minor, discount_minor, tax_minor, total_minor, due_minor, paid_minor, refunded_minor, hosted_url, pdf_url, period_start, period_end, created_at, finalized_at, paid_at, attempt_count, next_attempt_at, lines, asked_at) VALUES
	(1, 1, 1, 'in_eBzO01pw28ThhswuO8d0qJoQ', 'NPWIWWVK-0001', 'paid', 'subscription_create', 'Trial period for Pro', 'USD', 0, 0, 0, 0, 0, 0, 0, 'http://127.0.0.1:33321/i/in_eBzO01pw28ThhswuO8d0qJoQ', 'http://127.0.0.1:33321/i/in_eBzO01pw28ThhswuO8d0qJoQ/pdf', '2026-11-21 05:06:16+00', '2026-11-28 05:06:16+00', '2026-11-21 05:06:16+00', '2026-11-21 05:06:16+00', '2026-11-21 05:06:16+00', 0, NULL, '[{"id": "il_o7BYLTRZh0kyrXGAN6gBxkLw", "price": "price_H3jh84RfQ8ZvLMVfVOYlJmXl", "item_id": 4, "net_minor": 0, "proration": false, "period_end": "2026-11-28T05:06:16+00:00", "description": "Trial period for Pro", "amount_minor": 0, "period_start": "2026-11-21T05:06:16+00:00"}]', '2026-11-21 05:06:18.903842+00'),
	(4, 2, 2, 'in_VDWXPDNgSuD2l4afNmZXvkzV', 'P5LDBLEU-0001', 'paid', 'subscription_create', '1 × Starter (at $12.00 / month)', 'USD', 1200, 0, 0, 1200, 1200, 1200, 0, 'http://127.0.0.1:33321/i/in_VDWXPDNgSuD2l4afNmZXvkzV', 'http://127.0.0.1:33321/i/in_VDWXPDNgSuD2l4afNmZXvkzV/pdf', '2026-11-21 05:06:19+00', '2026-12-21 05:06:19+00', '2026-11-21 05:06:19+00', '2026-11-21 05:06:19+00', '2026-11-21 05:06:19+00', 1, NULL, '[{"id": "il_Hu1RL7epwbayWt6AsnBi0Mxe", "price": "price_xjuTGFcrhQgJTofO9n43Gj8C", "item_id": 2, "net_minor": 1200, "proration": false, "period_end": "2026-12-21T05:06:19+00:00", "description": "1 × Starter (at $12.00 / month)", "amount_minor": 1200, "period_start": "2026-11-21T05:06:19+00:00"}]', '2026-11-21 05:06:23.892258+00');
INSERT INTO public.mailbox (id, outbox_id, recipient, subject, text, html, at) VALUES
	(1, 3, 'person1@example.com', 'Your receipt from Dryrun: $24.00', 'Thank you. Here is your receipt.
120 credits are yours. Use them until 21 November 2027, 05:06 UTC.
You now have 128 credits.
Medium pack: $24.00
Paid: $24.00
Receipt lGKo_bODvVIOV2-EA6AAKswY, paid on 21 November 2026, 05:06 UTC.
To print: http://127.0.0.1:33321/receipts/ch_3BIO7On0dmxG18ocQhNCcVWf
Your dashboard: http://127.0.0.1:34837/dashboard
One payment: nothing renews, nothing to cancel. For a refund just write to us.
Questions? Write to help@dryrun.example.
Dryrun Labs Ltd - http://127.0.0.1:34837
', '<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>Thank you. Here is your receipt</title>
<style>
:root { color-scheme: light dark; supported-color-schemes: light dark }
@media (prefers-color-scheme: dark) {
  .ground { background: #0c0c12 !important }
  .card { background: #14141c !important; border-color: #262633 !important }
  .ink { color: #f1f1f6 !important }
  .ink-2 { color: #b0b0c3 !important }
  .line { border-color: #262633 !important }
  .link { color: #b3aeff !important }
}
</style>
</head>
<body class="ground" style="margin:0;padding:0;background:#fbfbfc">
<div style="display:none;max-height:0;overflow:hidden">$24.00 paid on 21 November 2026.</div>
<table role="presentation" class="ground" width="100%" cellpadding="0" cellspacing="0" style="background:#fbfbfc">
<tr><td align="center" style="padding:32px 16px">
  <table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="max-width:520px;font-family:ui-sans-serif,-apple-system,''Segoe UI'',Inter,''Helvetica Neue'',Arial,sans-serif">
  <tr><td style="padding:0 4px 16px">
    <table role="presentation" cellpadding="0" cellspacing="0"><tr>
      <td width="20" height="20" bgcolor="#4f46e5" style="width:20px;height:20px;border-radius:6px;background:#4f46e5;font-size:0;line-height:0">&nbsp;</td>
      <td class="ink" style="padding-left:9px;font-size:15px;line-height:20px;font-weight:600;color:#14141f">Dryrun</td>
    </tr></table>
  </td></tr>
  <tr><td class="card" style="background:#ffffff;border:1px solid #e6e6eb;border-radius:16px;padding:32px">
    <h1 class="ink" style="margin:0 0 12px;font-size:22px;line-height:1.25;font-weight:640;letter-spacing:-.02em;color:#14141f">Thank you. Here is your receipt</h1>
<p class="ink-2" style="margin:0 0 16px;font-size:15px;line-height:1.55;color:#55556a"><strong class="ink" style="color:#14141f">120 credits</strong> are yours. Use them until 21 November 2027, 05:06 UTC. You now have 128 credits.</p><table width="100%" cellpadding="0" cellspacing="0" style="margin:4px 0 20px;border-collapse:collapse">
<tr>
  <td class="ink-2 line" style="padding:9px 12px 9px 0;border-bottom:1px solid #e6e6eb;font-size:14px;line-height:1.4;color:#55556a;">Medium pack</td>
  <td class="ink line" align="right" style="padding:9px 0;border-bottom:1px solid #e6e6eb;font-size:14px;line-height:1.4;white-space:nowrap;color:#14141f;">$24.00</td>
</tr>
<tr>
  <td class="ink line" style="padding:9px 12px 9px 0;border-bottom:1px solid #e6e6eb;font-size:14px;line-height:1.4;color:#14141f;font-weight:600">Paid</td>
  <td class="ink line" align="right" style="padding:9px 0;border-bottom:1px solid #e6e6eb;font-size:14px;line-height:1.4;white-space:nowrap;color:#14141f;font-weight:600">$24.00</td>
</tr>
</table>
<p class="ink-2" style="margin:0 0 16px;font-size:15px;line-height:1.55;color:#55556a">Receipt lGKo_bODvVIOV2-EA6AAKswY, paid on 21 November 2026, 05:06 UTC. <a class="link" href="http://127.0.0.1:33321/receipts/ch_3BIO7On0dmxG18ocQhNCcVWf" style="color:#4338ca">Open the receipt to print</a>.</p><table role="presentation" cellpadding="0" cellspacing="0" style="margin:8px 0 20px"><tr>
  <td bgcolor="#4f46e5" style="border-radius:8px;background:#4f46e5">
    <a href="http://127.0.0.1:34837/dashboard" style="display:inline-block;padding:11px 20px;font-size:15px;line-height:20px;font-weight:600;color:#ffffff;text-decoration:none">Open my dashboard</a>
  </td>
</tr></table>
  </td></tr>
  <tr><td class="ink-2" style="padding:20px 4px 0;font-size:13px;line-height:1.5;color:#55556a">
One payment: nothing renews, nothing to cancel. For a refund just write to us.<br>    Questions? Write to <a class="link" href="mailto:help@dryrun.example" style="color:#4338ca">help@dryrun.example</a>.<br>
    Dryrun Labs Ltd &middot; <a class="link" href="http://127.0.0.1:34837" style="color:#4338ca">http://127.0.0.1:34837</a>
  </td></tr>
  </table>
</td></tr>
</table>
</body>
</html>', '2026-11-21 05:06:14.486606+00'),
	(2, 4, 'person2@example.com', 'Your receipt from Dryrun: $24.00', 'Thank you. Here is your receipt.
120 credits are yours. Use them until 21 November 2027, 05:06 UTC.
You now have 128 credits.
Medium pack: $24.00
Paid: $24.00
Receipt afZ_tuA25ZuA-ZG7tqoo-ZeG, paid on 21 November 2026, 05:06 UTC.
To print: http://127.0.0.1:33321/receipts/ch_dj7vGeJDRLUUg7pUUNQT2i34
Your dashboard: http://127.0.0.1:34837/dashboard
One payment: nothing renews, nothing to cancel. For a refund just write to us.
Questions? Write to help@dryrun.example.
Dryrun Labs Ltd - http://127.0.0.1:34837
', '<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>Thank you. Here is your receipt</title>
<style>
:root { color-scheme: light dark; supported-color-schemes: light dark }
@media (prefers-color-scheme: dark) {
  .ground { background: #0c0c12 !important }
  .card { background: #14141c !important; border-color: #262633 !important }
  .ink { color: #f1f1f6 !important }
  .ink-2 { color: #b0b0c3 !important }
  .line { border-color: #262633 !important }
  .link { color: #b3aeff !important }
}
</style>
</head>
<body class="ground" style="margin:0;padding:0;background:#fbfbfc">
<div style="display:none;max-height:0;overflow:hidden">$24.00 paid on 21 November 2026.</div>
<table role="presentation" class="ground" width="100%" cellpadding="0" cellspacing="0" style="background:#fbfbfc">
<tr><td align="center" style="padding:32px 16px">
  <table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="max-width:520px;font-family:ui-sans-serif,-apple-system,''Segoe UI'',Inter,''Helvetica Neue'',Arial,sans-serif">
  <tr><td style="padding:0 4px 16px">
    <table role="presentation" cellpadding="0" cellspacing="0"><tr>
      <td width="20" height="20" bgcolor="#4f46e5" style="width:20px;height:20px;border-radius:6px;background:#4f46e5;font-size:0;line-height:0">&nbsp;</td>
      <td class="ink" style="padding-left:9px;font-size:15px;line-height:20px;font-weight:600;color:#14141f">Dryrun</td>
    </tr></table>
  </td></tr>
  <tr><td class="card" style="background:#ffffff;border:1px solid #e6e6eb;border-radius:16px;padding:32px">
    <h1 class="ink" style="margin:0 0 12px;font-size:22px;line-height:1.25;font-weight:640;letter-spacing:-.02em;color:#14141f">Thank you. Here is your receipt</h1>
<p class="ink-2" style="margin:0 0 16px;font-size:15px;line-height:1.55;color:#55556a"><strong class="ink" style="color:#14141f">120 credits</strong> are yours. Use them until 21 November 2027, 05:06 UTC. You now have 128 credits.</p><table width="100%" cellpadding="0" cellspacing="0" style="margin:4px 0 20px;border-collapse:collapse">
<tr>
  <td class="ink-2 line" style="padding:9px 12px 9px 0;border-bottom:1px solid #e6e6eb;font-size:14px;line-height:1.4;color:#55556a;">Medium pack</td>
  <td class="ink line" align="right" style="padding:9px 0;border-bottom:1px solid #e6e6eb;font-size:14px;line-height:1.4;white-space:nowrap;color:#14141f;">$24.00</td>
</tr>
<tr>
  <td class="ink line" style="padding:9px 12px 9px 0;border-bottom:1px solid #e6e6eb;font-size:14px;line-height:1.4;color:#14141f;font-weight:600">Paid</td>
  <td class="ink line" align="right" style="padding:9px 0;border-bottom:1px solid #e6e6eb;font-size:14px;line-height:1.4;white-space:nowrap;color:#14141f;font-weight:600">$24.00</td>
</tr>
</table>
<p class="ink-2" style="margin:0 0 16px;font-size:15px;line-height:1.55;color:#55556a">Receipt afZ_tuA25ZuA-ZG7tqoo-ZeG, paid on 21 November 2026, 05:06 UTC. <a class="link" href="http://127.0.0.1:33321/receipts/ch_dj7vGeJDRLUUg7pUUNQT2i34" style="color:#4338ca">Open the receipt to print</a>.</p><table role="presentation" cellpadding="0" cellspacing="0" style="margin:8px 0 20px"><tr>
  <td bgcolor="#4f46e5" style="border-radius:8px;background:#4f46e5">
    <a href="http://127.0.0.1:34837/dashboard" style="display:inline-block;padding:11px 20px;font-size:15px;line-height:20px;font-weight:600;color:#ffffff;text-decoration:none">Open my dashboard</a>
  </td>
</tr></table>
  </td></tr>
  <tr><td class="ink-2" style="padding:20px 4px 0;font-size:13px;line-height:1.5;color:#55556a">
One payment: nothing renews, nothing to cancel. For a refund just write to us.<br>    Questions? Write to <a class="link" href="mailto:help@dryrun.example" style="color:#4338ca">help@dryrun.example</a>.<br>
    Dryrun Labs Ltd &middot; <a class="link" href="http://127.0.0.1:34837" style="color:#4338ca">http://127.0.0.1:34837</a>
  </td></tr>
  </table>
</td></tr>
</table>
</body>
</html>', '2026-11-21 05:06:15.787888+00'),
	(3, 5, 'person2@example.com', 'Your receipt from Dryrun: $12.00', 'Thank you. Here is your receipt.
60 credits are ready, to be used until 24 December 2026, 05:06 UTC.
You now have 180 credits.
1 × Starter (at $12.00 / month): $12.00
Paid: $12.00
Invoice P5LDBLEU-0001, paid on 21 November 2026, 05:06 UTC.
The PDF: http://127.0.0.1:33321/i/in_VDWXPDNgSuD2l4afNmZXvkzV/pdf
The invoice: http://127.0.0.1:33321/i/in_VDWXPDNgSuD2l4afNmZXvkzV
Your dashboard: http://127.0.0.1:34837/dashboard
Starter renews on 21 December 2026. You can cancel at any time, in two clicks: http://127.0.0.1:34837/plan/cancel
Questions? Write to help@dryrun.example.
Dryrun Labs Ltd - http://127.0.0.1:34837
', '<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>Thank you. Here is your receipt</title>
<style>
:root { color-scheme: light dark; supported-color-schemes: light dark }
@media (prefers-color-scheme: dark) {
  .ground { background: #0c0c12 !important }
  .card { background: #14141c !important; border-color: #262633 !important }
  .ink { color: #f1f1f6 !important }
  .ink-2 { color: #b0b0c3 !important }
  .line { border-color: #262633 !important }
  .link { color: #b3aeff !important }
}
</style>
</head>
<body class="ground" style="margin:0;padding:0;background:#fbfbfc">
<div style="display:none;max-height:0;overflow:hidden">$12.00 paid on 21 November 2026 for Starter.</div>
<table role="presentation" class="ground" width="100%" cellpadding="0" cellspacing="0" style="background:#fbfbfc">
<tr><td align="center" style="padding:32px 16px">
  <table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="max-width:520px;font-family:ui-sans-serif,-apple-system,''Segoe UI'',Inter,''Helvetica Neue'',Arial,sans-serif">
  <tr><td style="padding:0 4px 16px">
    <table role="presentation" cellpadding="0" cellspacing="0"><tr>
      <td width="20" height="20" bgcolor="#4f46e5" style="width:20px;height:20px;border-radius:6px;background:#4f46e5;font-size:0;line-height:0">&nbsp;</td>
      <td class="ink" style="padding-left:9px;font-size:15px;line-height:20px;font-weight:600;color:#14141f">Dryrun</td>
    </tr></table>
  </td></tr>
  <tr><td class="card" style="background:#ffffff;border:1px solid #e6e6eb;border-radius:16px;padding:32px">
    <h1 class="ink" style="margin:0 0 12px;font-size:22px;line-height:1.25;font-weight:640;letter-spacing:-.02em;color:#14141f">Thank you. Here is your receipt</h1>
<p class="ink-2" style="margin:0 0 16px;font-size:15px;line-height:1.55;color:#55556a"><strong class="ink" style="color:#14141f">60 credits</strong> are ready, to be used until 24 December 2026, 05:06 UTC. You now have 180 credits.</p><table width="100%" cellpadding="0" cellspacing="0" style="margin:4px 0 20px;border-collapse:collapse">
<tr>
  <td class="ink-2 line" style="padding:9px 12px 9px 0;border-bottom:1px solid #e6e6eb;font-size:14px;line-height:1.4;color:#55556a;">1 × Starter (at $12.00 / month)</td>
  <td class="ink line" align="right" style="padding:9px 0;border-bottom:1px solid #e6e6eb;font-size:14px;line-height:1.4;white-space:nowrap;color:#14141f;">$12.00</td>
</tr>
<tr>
  <td class="ink line" style="padding:9px 12px 9px 0;border-bottom:1px solid #e6e6eb;font-size:14px;line-height:1.4;color:#14141f;font-weight:600">Paid</td>
  <td class="ink line" align="right" style="padding:9px 0;border-bottom:1px solid #e6e6eb;font-size:14px;line-height:1.4;white-space:nowrap;color:#14141f;font-weight:600">$12.00</td>
</tr>
</table>
<p class="ink-2" style="margin:0 0 16px;font-size:15px;line-height:1.55;color:#55556a">Invoice P5LDBLEU-0001, paid on 21 November 2026, 05:06 UTC. <a class="link" href="http://127.0.0.1:33321/i/in_VDWXPDNgSuD2l4afNmZXvkzV/pdf" style="color:#4338ca">Download the PDF</a> or <a class="link" href="http://127.0.0.1:33321/i/in_VDWXPDNgSuD2l4afNmZXvkzV" style="color:#4338ca">open the invoice</a>.</p><table role="presentation" cellpadding="0" cellspacing="0" style="margin:8px 0 20px"><tr>
  <td bgcolor="#4f46e5" style="border-radius:8px;background:#4f46e5">
    <a href="http://127.0.0.1:34837/dashboard" style="display:inline-block;padding:11px 20px;font-size:15px;line-height:20px;font-weight:600;color:#ffffff;text-decoration:none">Open my dashboard</a>
  </td>
</tr></table>
  </td></tr>
  <tr><td class="ink-2" style="padding:20px 4px 0;font-size:13px;line-height:1.5;color:#55556a">
Starter renews on 21 December 2026. You can cancel at any time, in two clicks, at <a class="link" href="http://127.0.0.1:34837/plan/cancel" style="color:#4338ca">http://127.0.0.1:34837/plan/cancel</a>.<br>    Questions? Write to <a class="link" href="mailto:help@dryrun.example" style="color:#4338ca">help@dryrun.example</a>.<br>
    Dryrun Labs Ltd &middot; <a class="link" href="http://127.0.0.1:34837" style="color:#4338ca">http://127.0.0.1:34837</a>
  </td></tr>
  </table>
</td></tr>
</table>
</body>
</html>', '2026-11-21 05:06:23.671808+00'),
	(4, 6, 'person2@example.com', 'Starter at Dryrun is cancelled', 'Everything works until 21 December 2026, 05:06 UTC. Nothing further will be charged.
You have 180 credits left. Each works until the date your dashboard shows; what you bought once stays yours.
You changed your mind? Until then you can resume with one click: http://127.0.0.1:34837/dashboard
Questions? Write to help@dryrun.example.
Dryrun Labs Ltd - http://127.0.0.1:34837
', '<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>Starter is cancelled</title>
<style>
:root { color-scheme: light dark; supported-color-schemes: light dark }
@media (prefers-color-scheme: dark) {
  .ground { background: #0c0c12 !important }
  .card { background: #14141c !important; border-color: #262633 !important }
  .ink { color: #f1f1f6 !important }
  .ink-2 { color: #b0b0c3 !important }
  .line { border-color: #262633 !important }
  .link { color: #b3aeff !important }
}
</style>
</head>
<body class="ground" style="margin:0;padding:0;background:#fbfbfc">
<div style="display:none;max-height:0;overflow:hidden">It works until 21 December 2026. Nothing further will be charged.</div>
<table role="presentation" class="ground" width="100%" cellpadding="0" cellspacing="0" style="background:#fbfbfc">
<tr><td align="center" style="padding:32px 16px">
  <table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="max-width:520px;font-family:ui-sans-serif,-apple-system,''Segoe UI'',Inter,''Helvetica Neue'',Arial,sans-serif">
  <tr><td style="padding:0 4px 16px">
    <table role="presentation" cellpadding="0" cellspacing="0"><tr>
      <td width="20" height="20" bgcolor="#4f46e5" style="width:20px;height:20px;border-radius:6px;background:#4f46e5;font-size:0;line-height:0">&nbsp;</td>
      <td class="ink" style="padding-left:9px;font-size:15px;line-height:20px;font-weight:600;color:#14141f">Dryrun</td>
    </tr></table>
  </td></tr>
  <tr><td class="card" style="background:#ffffff;border:1px solid #e6e6eb;border-radius:16px;padding:32px">
    <h1 class="ink" style="margin:0 0 12px;font-size:22px;line-height:1.25;font-weight:640;letter-spacing:-.02em;color:#14141f">Starter is cancelled</h1>
<p class="ink-2" style="margin:0 0 16px;font-size:15px;line-height:1.55;color:#55556a">Everything works until <strong class="ink" style="color:#14141f">21 December 2026, 05:06 UTC</strong>. Nothing further will be charged.</p><p class="ink-2" style="margin:0 0 16px;font-size:15px;line-height:1.55;color:#55556a">You have 180 credits left. Each works until the date your dashboard shows; what you bought once stays yours.</p><table role="presentation" cellpadding="0" cellspacing="0" style="margin:8px 0 20px"><tr>
  <td bgcolor="#4f46e5" style="border-radius:8px;background:#4f46e5">
    <a href="http://127.0.0.1:34837/dashboard" style="display:inline-block;padding:11px 20px;font-size:15px;line-height:20px;font-weight:600;color:#ffffff;text-decoration:none">Resume the plan</a>
  </td>
</tr></table>
  </td></tr>
  <tr><td class="ink-2" style="padding:20px 4px 0;font-size:13px;line-height:1.5;color:#55556a">
You changed your mind? Until then you can resume with one click, and nothing is lost.<br>    Questions? Write to <a class="link" href="mailto:help@dryrun.example" style="color:#4338ca">help@dryrun.example</a>.<br>
    Dryrun Labs Ltd &middot; <a class="link" href="http://127.0.0.1:34837" style="color:#4338ca">http://127.0.0.1:34837</a>
  </td></tr>
  </table>
</td></tr>
</table>
</body>
</html>', '2026-11-21 05:06:25.564613+00');
INSERT INTO public.outbox_deliveries (outbox_id, recipient, state, attempts, claimed_until, sent_at, last_error) VALUES
	(1, 'person1@example.com', 'moot', 1, NULL, NULL, NULL),
	(2, 'person2@example.com', 'moot', 1, NULL, NULL, NULL),
	(3, 'person1@example.com', 'kept', 1, NULL, '2026-11-21 05:06:14.508512+00', NULL),
	(4, 'person2@example.com', 'kept', 1, NULL, '2026-11-21 05:06:15.799386+00', NULL),
	(5, 'person2@example.com', 'kept', 1, NULL, '2026-11-21 05:06:23.691497+00', NULL),
	(6, 'person2@example.com', 'kept', 1, NULL, '2026-11-21 05:06:25.591407+00', NULL);
INSERT INTO public.payment_methods (id, customer_id, stripe_payment_method_id, type, brand, last4, exp_month, exp_year, is_default, created_at, asked_at) VALUES
	(1, 1, 'pm_5M73yVtVf0zbCqubRQ5ogF9m', 'card', 'visa', '4242', 12, 2040, false, '2026-11-21 05:06:17.042987+00', '2026-11-21 05:06:16.945523+00'),
	(2, 2, 'pm_CZm8IDMSE5bHCSfWkK2VJ1ec', 'card', 'visa', '4242', 12, 2040, false, '2026-11-21 05:06:22.131321+00', '2026-11-21 05:06:22.039795+00');
INSERT INTO public.payments (id, customer_id, checkout_id, stripe_payment_intent, stripe_charge, state, amount_minor, captured_minor, refunded_minor, currency, receipt_url, created_at, updated_at, invoice_id) VALUES
	(1, 1, 1, 'pi_G9TLtlhxCmVrxZMQCpDvHddy', 'ch_3BIO7On0dmxG18ocQhNCcVWf', 'succeeded', 2400, 2400, 0, 'USD', 'http://127.0.0.1:33321/receipts/ch_3BIO7On0dmxG18ocQhNCcVWf', '2026-11-21 05:06:13.861338+00', '2026-11-21 05:06:14.113005+00', NULL),
	(5, 2, NULL, 'pi_qU6fatigDTyQXCTFX7bThF6n', 'ch_Ja0lGfQYQPTXwswte3847ghR', 'succeeded', 1200, 1200, 0, 'USD', 'http://127.0.0.1:33321/receipts/ch_Ja0lGfQYQPTXwswte3847ghR', '2026-11-21 05:06:23.224498+00', '2026-11-21 05:06:24.016661+00', 4),
	(3, 2, 2, 'pi_qmOmcmb6pn7cif4T2q6p2fIm', 'ch_dj7vGeJDRLUUg7pUUNQT2i34', 'succeeded', 2400, 2400, 2400, 'USD', 'http://127.0.0.1:33321/receipts/ch_dj7vGeJDRLUUg7pUUNQT2i34', '2026-11-21 05:06:15.191927+00', '2026-11-21 05:06:26.263139+00', NULL);
INSERT INTO public.plan_cancellations (id, customer_id, subscription_id, at, at_once, reason, comment) VALUES
	(1, 2, 2, '2026-11-21 05:06:24.554779+00', false, 'too_expensive', 'too dear');
INSERT INTO public.plan_windows (id, customer_id, subscription_id, source, invoice_id, line_id, item_id, upgrade, starts_at, ends_at, paid_until, credits, deducted, returned, net_minor, currency, created_at) VALUES
	(1, 2, 2, 'il_Hu1RL7epwbayWt6AsnBi0Mxe:20261121T050619Z', 'in_VDWXPDNgSuD2l4afNmZXvkzV', 'il_Hu1RL7epwbayWt6AsnBi0Mxe', 2, false, '2026-11-21 05:06:19+00', '2026-12-21 05:06:19+00', '2026-12-21 05:06:19+00', 60, 0, 0, 1200, 'USD', '2026-11-21 05:06:23.240869+00');
INSERT INTO public.sessions (id, user_id, token_hash, created_at, last_seen_at, expires_at, revoked_at, ip, agent, handed_over, return_to) VALUES
	(1, 1, '\xb2cf8717a5a401ab81740a6636c14432c9a5a7cc06e1f8a46917df206e090f8e', '2026-11-21 05:06:12.115551+00', '2026-11-21 05:06:12.115551+00', '2026-12-21 05:06:12.115551+00', NULL, '203.0.113.7', 'A browser', false, NULL),
	(2, 2, '\x9af8bf5fa733cb3642be2030850885d3256f43e25fefe4c8981ebe1786c7ad85', '2026-11-21 05:06:12.602331+00', '2026-11-21 05:06:12.602331+00', '2026-12-21 05:06:12.602331+00', NULL, '203.0.113.7', 'A browser', false, NULL),
	(3, 3, '\x0b3c9b1ec11076bf1e0ee92436a95f00ff0a27e0b8cdb697373e0b80f40de79b', '2026-11-21 05:06:26.50679+00', '2026-11-21 05:06:26.50679+00', '2026-11-21 17:06:26.50679+00', NULL, '203.0.113.1', 'A browser', true, NULL);
INSERT INTO public.stripe_customers (customer_id, idempotency_key, stripe_customer_id, created_at) VALUES
	(1, 'fE5fsNqIqnYA--WDY4ZbicMKZpbXfZZ_', 'cus_IDCcYrzRT0LBti', '2026-11-21 05:06:12.75493+00'),
	(2, 'F-JantFnKmogAMjGh-veYxUyS9DxknFD', 'cus_qcpgopEfyhcyn6', '2026-11-21 05:06:14.660224+00');
INSERT INTO public.subscription_changes (id, subscription_id, customer_id, at, recorded_at, kind, from_item_id, to_item_id, mrr_before_minor, mrr_after_minor, currency, details) VALUES
	(1, 1, 1, '2026-11-21 05:06:16+00', '2026-11-21 05:06:17.352154+00', 'trial_started', NULL, 4, 0, 0, 'USD', '{}'),
	(2, 2, 2, '2026-11-21 05:06:19+00', '2026-11-21 05:06:22.823961+00', 'started', NULL, 2, 0, 1200, 'USD', '{}'),
	(3, 2, 2, '2026-11-21 05:06:24+00', '2026-11-21 05:06:25.118636+00', 'cancel_scheduled', 2, 2, 1200, 1200, 'USD', '{}');
INSERT INTO public.system_state (id, mode, stripe_account, livemode, clock_offset_s, stamped_at) VALUES
	(1, 'sandbox', 'acct_BeKtwiyPbhGMv43W', false, 0, '2026-11-21 05:06:11.282239+00');
INSERT INTO public.trials_taken (id, customer_id, stripe_subscription_id, plan_code, mailbox_mac, card_mac, taken_at) VALUES
	(1, 1, 'sub_0WDn31GZn6tDhW84MtHlKPOY', 'pro', '\xc58a0e463819357b5cf37f00051458b7b18fc669c40be6df60e125dd45dfe3b9', '\x7fe051dce30f0907a4f9644754601d152bcf6a52471898baa3c0992ed4b7bd8f', '2026-11-21 05:06:17.390489+00');
INSERT INTO public.unpriced_models (model, since, source, request_id, settled_at) VALUES
	('gpt-4o', '2026-11-21 05:06:26.934448+00', 'host', 'r0', NULL);
INSERT INTO public.webhook_events (id, type, object_id, stripe_customer_id, api_version, livemode, created_at, received_at, deliveries, state, attempts, error, effects, took_ms, done_at, payload) VALUES
	('evt_J6sMAWCCC8GPVQHkXnbD0clQ', 'payment_intent.succeeded', 'pi_G9TLtlhxCmVrxZMQCpDvHddy', 'cus_IDCcYrzRT0LBti', '2026-10-28.endive', false, '2026-11-21 05:06:13+00', '2026-11-21 05:06:13.195401+00', 1, 'done', 1, NULL, '["payment pi_G9TLtlhxCmVrxZMQCpDvHddy: succeeded"]', 178, '2026-11-21 05:06:13.881627+00', '{"id": "pi_G9TLtlhxCmVrxZMQCpDvHddy", "amount": 2400, "object": "payment_intent", "review": null, "source": null, "status": "succeeded", "created": 1795237573, "currency": "usd", "customer": "cus_IDCcYrzRT0LBti", "livemode": false, "metadata": {"checkout": "chk_lGKo_bODvVIOV2-EA6AAKswY", "managed_by": "billing_app", "customer_id": "1"}, "shipping": null, "processing": null, "application": null, "canceled_at": null, "description": "Medium pack", "next_action": null, "on_behalf_of": null, "client_secret": "pi_G9TLtlhxCmVrxZMQCpDvHddy_secret_z1AK50rLhnyAN6Ay5kqObkPxE", "latest_charge": "ch_3BIO7On0dmxG18ocQhNCcVWf", "receipt_email": "ada@example.com", "transfer_data": null, "amount_details": {"tip": {}}, "capture_method": "automatic_async", "payment_method": "pm_p58j9qgXdOg6W6IZuZ0Af9lw", "transfer_group": null, "amount_received": 2400, "amount_capturable": 0, "last_payment_error": null, "setup_future_usage": null, "cancellation_reason": null, "confirmation_method": "automatic", "payment_method_types": ["card"], "statement_descriptor": null, "application_fee_amount": null, "payment_method_options": {"card": {"network": null, "installments": null, "mandate_options": null, "request_three_d_secure": "automatic"}}, "automatic_payment_methods": null, "statement_descriptor_suffix": null}'),
	('evt_pXG9XjoVz6JcVYMEzipYSYFJ', 'checkout.session.completed', 'cs_test_FERn05de7gIHXpEUpY0ZrQsc0bLOD2TQYWakPnqAaXN3EGJmCPRTUzUEJU', 'cus_IDCcYrzRT0LBti', '2026-10-28.endive', false, '2026-11-21 05:06:13+00', '2026-11-21 05:06:13.360048+00', 1, 'done', 1, NULL, '["120 credits granted to customer 1 (Medium pack)", "checkout chk_lGKo_bODvVIOV2-EA6AAKswY: paid"]', 171, '2026-11-21 05:06:14.222887+00', '{"id": "cs_test_FERn05de7gIHXpEUpY0ZrQsc0bLOD2TQYWakPnqAaXN3EGJmCPRTUzUEJU", "url": null, "mode": "payment", "locale": null, "object": "checkout.session", "status": "complete", "consent": null, "created": 1795237572, "invoice": null, "ui_mode": "hosted_page", "currency": "usd", "customer": "cus_IDCcYrzRT0LBti", "livemode": false, "metadata": {"checkout": "chk_lGKo_bODvVIOV2-EA6AAKswY", "managed_by": "billing_app", "customer_id": "1"}, "discounts": [], "cancel_url": "http://127.0.0.1:34837/payment/cancel?checkout=chk_lGKo_bODvVIOV2-EA6AAKswY", "expires_at": 1795241172, "custom_text": {"submit": null, "after_submit": null, "shipping_address": null, "terms_of_service_acceptance": null}, "permissions": null, "submit_type": null, "success_url": "http://127.0.0.1:34837/payment/success?session_id={CHECKOUT_SESSION_ID}", "amount_total": 2400, "payment_link": null, "setup_intent": null, "subscription": null, "automatic_tax": {"status": null, "enabled": false, "provider": null, "liability": null}, "client_secret": null, "custom_fields": [], "shipping_cost": null, "total_details": {"amount_tax": 0, "amount_discount": 0, "amount_shipping": 0}, "customer_email": null, "origin_context": null, "payment_intent": "pi_G9TLtlhxCmVrxZMQCpDvHddy", "payment_status": "paid", "recovered_from": null, "wallet_options": null, "amount_subtotal": 2400, "adaptive_pricing": {"enabled": false}, "after_expiration": null, "customer_details": {"name": "Ada Lovelace", "email": "ada@example.com", "phone": null, "address": null, "tax_ids": null, "tax_exempt": "none", "business_name": null, "individual_name": null}, "invoice_creation": {"enabled": false, "invoice_data": {"footer": null, "issuer": null, "metadata": {}, "description": null, "custom_fields": null, "account_tax_ids": null, "rendering_options": null}}, "shipping_options": [], "branding_settings": {"icon": null, "logo": null, "font_family": "default", "border_style": "rounded", "button_color": "#4f46e5", "display_name": "Interview Mate", "background_color": "#ffffff"}, "customer_creation": null, "consent_collection": null, "client_reference_id": "chk_lGKo_bODvVIOV2-EA6AAKswY", "currency_conversion": null, "payment_method_types": ["card"], "allow_promotion_codes": null, "collected_information": null, "payment_method_options": {"card": {"request_three_d_secure": "automatic"}}, "phone_number_collection": {"enabled": false}, "payment_method_collection": "if_required", "billing_address_collection": null, "shipping_address_collection": null, "saved_payment_method_options": null, "payment_method_configuration_details": null}'),
	('evt_rQIJ0lxsPKWNfLCYuDMMd9Wy', 'payment_method.attached', 'pm_5M73yVtVf0zbCqubRQ5ogF9m', 'cus_IDCcYrzRT0LBti', '2026-10-28.endive', false, '2026-11-21 05:06:16+00', '2026-11-21 05:06:16.33616+00', 1, 'done', 1, NULL, '["customer 1 keeps 1 payment method"]', 202, '2026-11-21 05:06:17.098019+00', '{"id": "pm_5M73yVtVf0zbCqubRQ5ogF9m", "card": {"brand": "visa", "last4": "4242", "checks": {"cvc_check": "pass", "address_line1_check": null, "address_postal_code_check": null}, "wallet": null, "country": "US", "funding": "credit", "exp_year": 2040, "networks": {"available": ["visa"], "preferred": null}, "exp_month": 12, "fingerprint": "73c684f41a5d6092", "display_brand": "visa", "generated_from": null, "regulated_status": "unregulated", "three_d_secure_usage": {"supported": true}}, "type": "card", "object": "payment_method", "created": 1795237576, "customer": "cus_IDCcYrzRT0LBti", "livemode": false, "metadata": {}, "allow_redisplay": "unspecified", "billing_details": {"name": "Ada Lovelace", "email": "ada@example.com", "phone": null, "tax_id": null, "address": {"city": null, "line1": null, "line2": null, "state": null, "country": null, "postal_code": null}}}'),
	('evt_6mbimY3RxQQMk7mP8NdTjWFY', 'payment_intent.succeeded', 'pi_qmOmcmb6pn7cif4T2q6p2fIm', 'cus_qcpgopEfyhcyn6', '2026-10-28.endive', false, '2026-11-21 05:06:14+00', '2026-11-21 05:06:14.942305+00', 1, 'done', 1, NULL, '["payment pi_qmOmcmb6pn7cif4T2q6p2fIm: succeeded"]', 40, '2026-11-21 05:06:15.194206+00', '{"id": "pi_qmOmcmb6pn7cif4T2q6p2fIm", "amount": 2400, "object": "payment_intent", "review": null, "source": null, "status": "succeeded", "created": 1795237574, "currency": "usd", "customer": "cus_qcpgopEfyhcyn6", "livemode": false, "metadata": {"checkout": "chk_afZ_tuA25ZuA-ZG7tqoo-ZeG", "managed_by": "billing_app", "customer_id": "2"}, "shipping": null, "processing": null, "application": null, "canceled_at": null, "description": "Medium pack", "next_action": null, "on_behalf_of": null, "client_secret": "pi_qmOmcmb6pn7cif4T2q6p2fIm_secret_ECk0Le2NI49dUeyAoH2k5h26Z", "latest_charge": "ch_dj7vGeJDRLUUg7pUUNQT2i34", "receipt_email": "ada@example.com", "transfer_data": null, "amount_details": {"tip": {}}, "capture_method": "automatic_async", "payment_method": "pm_Y5Avi19s7bndUxc1d8md7J2w", "transfer_group": null, "amount_received": 2400, "amount_capturable": 0, "last_payment_error": null, "setup_future_usage": null, "cancellation_reason": null, "confirmation_method": "automatic", "payment_method_types": ["card"], "statement_descriptor": null, "application_fee_amount": null, "payment_method_options": {"card": {"network": null, "installments": null, "mandate_options": null, "request_three_d_secure": "automatic"}}, "automatic_payment_methods": null, "statement_descriptor_suffix": null}'),
	('evt_VL0KgPiKme2M2PC88lFD8CfK', 'checkout.session.completed', 'cs_test_btrBIencn4htbTVWnOm63TNHhmHhpfq7XsJMMBcTZ2MrgcSq4xL8kMqRsv', 'cus_qcpgopEfyhcyn6', '2026-10-28.endive', false, '2026-11-21 05:06:14+00', '2026-11-21 05:06:15.014099+00', 1, 'done', 1, NULL, '["120 credits granted to customer 2 (Medium pack)", "checkout chk_afZ_tuA25ZuA-ZG7tqoo-ZeG: paid"]', 240, '2026-11-21 05:06:15.601619+00', '{"id": "cs_test_btrBIencn4htbTVWnOm63TNHhmHhpfq7XsJMMBcTZ2MrgcSq4xL8kMqRsv", "url": null, "mode": "payment", "locale": null, "object": "checkout.session", "status": "complete", "consent": null, "created": 1795237574, "invoice": null, "ui_mode": "hosted_page", "currency": "usd", "customer": "cus_qcpgopEfyhcyn6", "livemode": false, "metadata": {"checkout": "chk_afZ_tuA25ZuA-ZG7tqoo-ZeG", "managed_by": "billing_app", "customer_id": "2"}, "discounts": [], "cancel_url": "http://127.0.0.1:34837/payment/cancel?checkout=chk_afZ_tuA25ZuA-ZG7tqoo-ZeG", "expires_at": 1795241174, "custom_text": {"submit": null, "after_submit": null, "shipping_address": null, "terms_of_service_acceptance": null}, "permissions": null, "submit_type": null, "success_url": "http://127.0.0.1:34837/payment/success?session_id={CHECKOUT_SESSION_ID}", "amount_total": 2400, "payment_link": null, "setup_intent": null, "subscription": null, "automatic_tax": {"status": null, "enabled": false, "provider": null, "liability": null}, "client_secret": null, "custom_fields": [], "shipping_cost": null, "total_details": {"amount_tax": 0, "amount_discount": 0, "amount_shipping": 0}, "customer_email": null, "origin_context": null, "payment_intent": "pi_qmOmcmb6pn7cif4T2q6p2fIm", "payment_status": "paid", "recovered_from": null, "wallet_options": null, "amount_subtotal": 2400, "adaptive_pricing": {"enabled": false}, "after_expiration": null, "customer_details": {"name": "Ada Lovelace", "email": "ada@example.com", "phone": null, "address": null, "tax_ids": null, "tax_exempt": "none", "business_name": null, "individual_name": null}, "invoice_creation": {"enabled": false, "invoice_data": {"footer": null, "issuer": null, "metadata": {}, "description": null, "custom_fields": null, "account_tax_ids": null, "rendering_options": null}}, "shipping_options": [], "branding_settings": {"icon": null, "logo": null, "font_family": "default", "border_style": "rounded", "button_color": "#4f46e5", "display_name": "Interview Mate", "background_color": "#ffffff"}, "customer_creation": null, "consent_collection": null, "client_reference_id": "chk_afZ_tuA25ZuA-ZG7tqoo-ZeG", "currency_conversion": null, "payment_method_types": ["card"], "allow_promotion_codes": null, "collected_information": null, "payment_method_options": {"card": {"request_three_d_secure": "automatic"}}, "phone_number_collection": {"enabled": false}, "payment_method_collection": "if_required", "billing_address_collection": null, "shipping_address_collection": null, "saved_payment_method_options": null, "payment_method_configuration_details": null}'),
	('evt_fCgKgJd4VaT71sY98YGZdZPw', 'customer.subscription.created', 'sub_0WDn31GZn6tDhW84MtHlKPOY', 'cus_IDCcYrzRT0LBti', '2026-10-28.endive', false, '2026-11-21 05:06:16+00', '2026-11-21 05:06:16.407834+00', 1, 'done', 1, NULL, '["subscription sub_0WDn31GZn6tDhW84MtHlKPOY: trial started", "200 trial credits granted to customer 1 until 2026-11-28"]', 246, '2026-11-21 05:06:17.482519+00', '{"id": "sub_0WDn31GZn6tDhW84MtHlKPOY", "items": {"url": "/v1/subscription_items?subscription=sub_0WDn31GZn6tDhW84MtHlKPOY", "data": [{"id": "si_8CsBzb7FtQtSDp", "plan": {"id": "price_H3jh84RfQ8ZvLMVfVOYlJmXl", "meter": null, "active": true, "amount": 2900, "object": "plan", "created": 1795237576, "product": "billing_app_plan_pro", "currency": "usd", "interval": "month", "livemode": false, "metadata": {"item": "plan_pro_month", "credits": "200", "managed_by": "billing_app"}, "nickname": null, "tiers_mode": null, "usage_type": "licensed", "amount_decimal": "2900", "billing_scheme": "per_unit", "interval_count": 1, "transform_usage": null, "trial_period_days": null}, "price": {"id": "price_H3jh84RfQ8ZvLMVfVOYlJmXl", "type": "recurring", "active": true, "object": "price", "created": 1795237576, "product": "billing_app_plan_pro", "currency": "usd", "livemode": false, "metadata": {"item": "plan_pro_month", "credits": "200", "managed_by": "billing_app"}, "nickname": null, "recurring": {"meter": null, "interval": "month", "usage_type": "licensed", "interval_count": 1, "trial_period_days": null}, "lookup_key": "plan_pro_month", "tiers_mode": null, "unit_amount": 2900, "tax_behavior": "exclusive", "billing_scheme": "per_unit", "custom_unit_amount": null, "transform_quantity": null, "unit_amount_decimal": "2900"}, "object": "subscription_item", "created": 1795237576, "metadata": {}, "quantity": 1, "discounts": [], "tax_rates": [], "subscription": "sub_0WDn31GZn6tDhW84MtHlKPOY", "billing_thresholds": null, "current_period_end": 1795842376, "current_period_start": 1795237576}], "object": "list", "has_more": false}, "object": "subscription", "status": "trialing", "created": 1795237576, "currency": "usd", "customer": "cus_IDCcYrzRT0LBti", "ended_at": null, "livemode": false, "metadata": {"item_id": "4", "checkout": "chk_9uWnzfnOjb-shlZarZ_yATZO", "managed_by": "billing_app", "customer_id": "1"}, "schedule": null, "cancel_at": null, "discounts": [], "trial_end": 1795842376, "start_date": 1795237576, "test_clock": null, "application": null, "canceled_at": null, "description": null, "trial_start": 1795237576, "billing_mode": {"type": "flexible", "flexible": {"proration_discounts": "included"}}, "on_behalf_of": null, "automatic_tax": {"enabled": false, "liability": null, "disabled_reason": null}, "transfer_data": null, "days_until_due": null, "default_source": null, "latest_invoice": "in_eBzO01pw28ThhswuO8d0qJoQ", "pending_update": null, "trial_settings": {"end_behavior": {"missing_payment_method": "cancel"}}, "invoice_settings": {"footer": null, "issuer": {"type": "self"}, "description": null, "custom_fields": null, "account_tax_ids": null}, "pause_collection": null, "payment_settings": {"payment_method_types": null, "payment_method_options": null, "save_default_payment_method": "off"}, "billing_schedules": [], "collection_method": "charge_automatically", "default_tax_rates": [], "billing_thresholds": null, "billing_cycle_anchor": 1795842376, "cancel_at_period_end": false, "cancellation_details": {"reason": null, "comment": null, "feedback": null}, "pending_setup_intent": null, "default_payment_method": "pm_5M73yVtVf0zbCqubRQ5ogF9m", "application_fee_percent": null, "billing_cycle_anchor_config": null, "pending_invoice_item_interval": null, "next_pending_invoice_item_invoice": null}'),
	('evt_JdxXykLgkqRxpv1ewqfry0Sf', 'invoice.paid', 'in_eBzO01pw28ThhswuO8d0qJoQ', 'cus_IDCcYrzRT0LBti', '2026-10-28.endive', false, '2026-11-21 05:06:16+00', '2026-11-21 05:06:16.62878+00', 1, 'done', 1, NULL, '[]', 262, '2026-11-21 05:06:18.775477+00', '{"id": "in_eBzO01pw28ThhswuO8d0qJoQ", "lines": {"url": "/v1/invoices/in_eBzO01pw28ThhswuO8d0qJoQ/lines", "data": [{"id": "il_o7BYLTRZh0kyrXGAN6gBxkLw", "taxes": [], "amount": 0, "object": "line_item", "parent": {"type": "subscription_item_details", "invoice_item_details": null, "subscription_item_details": {"proration": false, "invoice_item": null, "subscription": "sub_0WDn31GZn6tDhW84MtHlKPOY", "proration_details": null, "subscription_item": "si_8CsBzb7FtQtSDp"}}, "period": {"end": 1795842376, "start": 1795237576}, "invoice": "in_eBzO01pw28ThhswuO8d0qJoQ", "pricing": {"type": "price_details", "price_details": {"price": "price_H3jh84RfQ8ZvLMVfVOYlJmXl", "product": "billing_app_plan_pro"}, "unit_amount_decimal": "2900"}, "currency": "usd", "livemode": false, "metadata": {"item_id": "4", "checkout": "chk_9uWnzfnOjb-shlZarZ_yATZO", "managed_by": "billing_app", "customer_id": "1"}, "quantity": 1, "subtotal": 0, "discounts": [], "description": "Trial period for Pro", "discountable": true, "subscription": "sub_0WDn31GZn6tDhW84MtHlKPOY", "discount_amounts": [], "pretax_credit_amounts": []}], "object": "list", "has_more": false}, "total": 0, "footer": null, "issuer": {"type": "self"}, "number": "NPWIWWVK-0001", "object": "invoice", "parent": {"type": "subscription_details", "quote_details": null, "subscription_details": {"metadata": {"item_id": "4", "checkout": "chk_9uWnzfnOjb-shlZarZ_yATZO", "managed_by": "billing_app", "customer_id": "1"}, "subscription": "sub_0WDn31GZn6tDhW84MtHlKPOY"}}, "status": "paid", "created": 1795237576, "currency": "usd", "customer": "cus_IDCcYrzRT0LBti", "due_date": null, "livemode": false, "metadata": {}, "subtotal": 0, "attempted": true, "discounts": [], "rendering": null, "amount_due": 0, "period_end": 1795237576, "test_clock": null, "amount_paid": 0, "application": null, "description": null, "invoice_pdf": "http://127.0.0.1:33321/i/in_eBzO01pw28ThhswuO8d0qJoQ/pdf", "total_taxes": [], "account_name": "Interview Mate", "auto_advance": false, "effective_at": 1795237576, "from_invoice": null, "on_behalf_of": null, "period_start": 1795237576, "attempt_count": 0, "automatic_tax": {"status": null, "enabled": false, "provider": null, "liability": null, "disabled_reason": null}, "custom_fields": null, "customer_name": "person1", "shipping_cost": null, "billing_reason": "subscription_create", "customer_email": "person1@example.com", "customer_phone": null, "default_source": null, "ending_balance": 0, "receipt_number": null, "account_country": "US", "account_tax_ids": null, "amount_overpaid": 0, "amount_shipping": 0, "latest_revision": null, "amount_remaining": 0, "customer_address": null, "customer_tax_ids": [], "payment_settings": {"default_mandate": null, "payment_method_types": null, "payment_method_options": null}, "shipping_details": null, "starting_balance": 0, "collection_method": "charge_automatically", "customer_shipping": null, "default_tax_rates": [], "hosted_invoice_url": "http://127.0.0.1:33321/i/in_eBzO01pw28ThhswuO8d0qJoQ", "status_transitions": {"paid_at": 1795237576, "voided_at": null, "finalized_at": 1795237576, "marked_uncollectible_at": null}, "customer_tax_exempt": "none", "total_excluding_tax": 0, "next_payment_attempt": null, "statement_descriptor": null, "webhooks_delivered_at": 1795237576, "default_payment_method": null, "subtotal_excluding_tax": 0, "total_discount_amounts": [], "last_finalization_error": null, "automatically_finalizes_at": null, "total_pretax_credit_amounts": [], "pre_payment_credit_notes_amount": 0, "post_payment_credit_notes_amount": 0}'),
	('evt_zdvNdTv0rXKsZYWsmR1jxM1a', 'invoice.finalized', 'in_eBzO01pw28ThhswuO8d0qJoQ', 'cus_IDCcYrzRT0LBti', '2026-10-28.endive', false, '2026-11-21 05:06:16+00', '2026-11-21 05:06:16.493106+00', 1, 'done', 1, NULL, '["invoice NPWIWWVK-0001: paid"]', 384, '2026-11-21 05:06:18.068799+00', '{"id": "in_eBzO01pw28ThhswuO8d0qJoQ", "lines": {"url": "/v1/invoices/in_eBzO01pw28ThhswuO8d0qJoQ/lines", "data": [{"id": "il_o7BYLTRZh0kyrXGAN6gBxkLw", "taxes": [], "amount": 0, "object": "line_item", "parent": {"type": "subscription_item_details", "invoice_item_details": null, "subscription_item_details": {"proration": false, "invoice_item": null, "subscription": "sub_0WDn31GZn6tDhW84MtHlKPOY", "proration_details": null, "subscription_item": "si_8CsBzb7FtQtSDp"}}, "period": {"end": 1795842376, "start": 1795237576}, "invoice": "in_eBzO01pw28ThhswuO8d0qJoQ", "pricing": {"type": "price_details", "price_details": {"price": "price_H3jh84RfQ8ZvLMVfVOYlJmXl", "product": "billing_app_plan_pro"}, "unit_amount_decimal": "2900"}, "currency": "usd", "livemode": false, "metadata": {"item_id": "4", "checkout": "chk_9uWnzfnOjb-shlZarZ_yATZO", "managed_by": "billing_app", "customer_id": "1"}, "quantity": 1, "subtotal": 0, "discounts": [], "description": "Trial period for Pro", "discountable": true, "subscription": "sub_0WDn31GZn6tDhW84MtHlKPOY", "discount_amounts": [], "pretax_credit_amounts": []}], "object": "list", "has_more": false}, "total": 0, "footer": null, "issuer": {"type": "self"}, "number": "NPWIWWVK-0001", "object": "invoice", "parent": {"type": "subscription_details", "quote_details": null, "subscription_details": {"metadata": {"item_id": "4", "checkout": "chk_9uWnzfnOjb-shlZarZ_yATZO", "managed_by": "billing_app", "customer_id": "1"}, "subscription": "sub_0WDn31GZn6tDhW84MtHlKPOY"}}, "status": "open", "created": 1795237576, "currency": "usd", "customer": "cus_IDCcYrzRT0LBti", "due_date": null, "livemode": false, "metadata": {}, "subtotal": 0, "attempted": false, "discounts": [], "rendering": null, "amount_due": 0, "period_end": 1795237576, "test_clock": null, "amount_paid": 0, "application": null, "description": null, "invoice_pdf": "http://127.0.0.1:33321/i/in_eBzO01pw28ThhswuO8d0qJoQ/pdf", "total_taxes": [], "account_name": "Interview Mate", "auto_advance": true, "effective_at": 1795237576, "from_invoice": null, "on_behalf_of": null, "period_start": 1795237576, "attempt_count": 0, "automatic_tax": {"status": null, "enabled": false, "provider": null, "liability": null, "disabled_reason": null}, "custom_fields": null, "customer_name": "person1", "shipping_cost": null, "billing_reason": "subscription_create", "customer_email": "person1@example.com", "customer_phone": null, "default_source": null, "ending_balance": 0, "receipt_number": null, "account_country": "US", "account_tax_ids": null, "amount_overpaid": 0, "amount_shipping": 0, "latest_revision": null, "amount_remaining": 0, "customer_address": null, "customer_tax_ids": [], "payment_settings": {"default_mandate": null, "payment_method_types": null, "payment_method_options": null}, "shipping_details": null, "starting_balance": 0, "collection_method": "charge_automatically", "customer_shipping": null, "default_tax_rates": [], "hosted_invoice_url": "http://127.0.0.1:33321/i/in_eBzO01pw28ThhswuO8d0qJoQ", "status_transitions": {"paid_at": null, "voided_at": null, "finalized_at": 1795237576, "marked_uncollectible_at": null}, "customer_tax_exempt": "none", "total_excluding_tax": 0, "next_payment_attempt": null, "statement_descriptor": null, "webhooks_delivered_at": 1795237576, "default_payment_method": null, "subtotal_excluding_tax": 0, "total_discount_amounts": [], "last_finalization_error": null, "automatically_finalizes_at": null, "total_pretax_credit_amounts": [], "pre_payment_credit_notes_amount": 0, "post_payment_credit_notes_amount": 0}'),
	('evt_9qccSLZFz2bRy3fUHOqpNL4j', 'invoice.payment_succeeded', 'in_eBzO01pw28ThhswuO8d0qJoQ', 'cus_IDCcYrzRT0LBti', '2026-10-28.endive', false, '2026-11-21 05:06:16+00', '2026-11-21 05:06:16.666037+00', 1, 'done', 1, NULL, '[]', 149, '2026-11-21 05:06:19.053568+00', '{"id": "in_eBzO01pw28ThhswuO8d0qJoQ", "lines": {"url": "/v1/invoices/in_eBzO01pw28ThhswuO8d0qJoQ/lines", "data": [{"id": "il_o7BYLTRZh0kyrXGAN6gBxkLw", "taxes": [], "amount": 0, "object": "line_item", "parent": {"type": "subscription_item_details", "invoice_item_details": null, "subscription_item_details": {"proration": false, "invoice_item": null, "subscription": "sub_0WDn31GZn6tDhW84MtHlKPOY", "proration_details": null, "subscription_item": "si_8CsBzb7FtQtSDp"}}, "period": {"end": 1795842376, "start": 1795237576}, "invoice": "in_eBzO01pw28ThhswuO8d0qJoQ", "pricing": {"type": "price_details", "price_details": {"price": "price_H3jh84RfQ8ZvLMVfVOYlJmXl", "product": "billing_app_plan_pro"}, "unit_amount_decimal": "2900"}, "currency": "usd", "livemode": false, "metadata": {"item_id": "4", "checkout": "chk_9uWnzfnOjb-shlZarZ_yATZO", "managed_by": "billing_app", "customer_id": "1"}, "quantity": 1, "subtotal": 0, "discounts": [], "description": "Trial period for Pro", "discountable": true, "subscription": "sub_0WDn31GZn6tDhW84MtHlKPOY", "discount_amounts": [], "pretax_credit_amounts": []}], "object": "list", "has_more": false}, "total": 0, "footer": null, "issuer": {"type": "self"}, "number": "NPWIWWVK-0001", "object": "invoice", "parent": {"type": "subscription_details", "quote_details": null, "subscription_details": {"metadata": {"item_id": "4", "checkout": "chk_9uWnzfnOjb-shlZarZ_yATZO", "managed_by": "billing_app", "customer_id": "1"}, "subscription": "sub_0WDn31GZn6tDhW84MtHlKPOY"}}, "status": "paid", "created": 1795237576, "currency": "usd", "customer": "cus_IDCcYrzRT0LBti", "due_date": null, "livemode": false, "metadata": {}, "subtotal": 0, "attempted": true, "discounts": [], "rendering": null, "amount_due": 0, "period_end": 1795237576, "test_clock": null, "amount_paid": 0, "application": null, "description": null, "invoice_pdf": "http://127.0.0.1:33321/i/in_eBzO01pw28ThhswuO8d0qJoQ/pdf", "total_taxes": [], "account_name": "Interview Mate", "auto_advance": false, "effective_at": 1795237576, "from_invoice": null, "on_behalf_of": null, "period_start": 1795237576, "attempt_count": 0, "automatic_tax": {"status": null, "enabled": false, "provider": null, "liability": null, "disabled_reason": null}, "custom_fields": null, "customer_name": "person1", "shipping_cost": null, "billing_reason": "subscription_create", "customer_email": "person1@example.com", "customer_phone": null, "default_source": null, "ending_balance": 0, "receipt_number": null, "account_country": "US", "account_tax_ids": null, "amount_overpaid": 0, "amount_shipping": 0, "latest_revision": null, "amount_remaining": 0, "customer_address": null, "customer_tax_ids": [], "payment_settings": {"default_mandate": null, "payment_method_types": null, "payment_method_options": null}, "shipping_details": null, "starting_balance": 0, "collection_method": "charge_automatically", "customer_shipping": null, "default_tax_rates": [], "hosted_invoice_url": "http://127.0.0.1:33321/i/in_eBzO01pw28ThhswuO8d0qJoQ", "status_transitions": {"paid_at": 1795237576, "voided_at": null, "finalized_at": 1795237576, "marked_uncollectible_at": null}, "customer_tax_exempt": "none", "total_excluding_tax": 0, "next_payment_attempt": null, "statement_descriptor": null, "webhooks_delivered_at": 1795237576, "default_payment_method": null, "subtotal_excluding_tax": 0, "total_discount_amounts": [], "last_finalization_error": null, "automatically_finalizes_at": null, "total_pretax_credit_amounts": [], "pre_payment_credit_notes_amount": 0, "post_payment_credit_notes_amount": 0}'),
	('evt_rtJ9VnVtmdLHpJrovHBCQ5pU', 'checkout.session.completed', 'cs_test_qNErwD0yHeiKS41xP5VWn0VyMDC9Pa0btQgj4bmqPDCLC90QGqgNX5cRv0', 'cus_IDCcYrzRT0LBti', '2026-10-28.endive', false, '2026-11-21 05:06:16+00', '2026-11-21 05:06:16.747709+00', 1, 'done', 1, NULL, '[]', 142, '2026-11-21 05:06:19.317991+00', '{"id": "cs_test_qNErwD0yHeiKS41xP5VWn0VyMDC9Pa0btQgj4bmqPDCLC90QGqgNX5cRv0", "url": null, "mode": "subscription", "locale": null, "object": "checkout.session", "status": "complete", "consent": null, "created": 1795237576, "invoice": "in_eBzO01pw28ThhswuO8d0qJoQ", "ui_mode": "hosted_page", "currency": "usd", "customer": "cus_IDCcYrzRT0LBti", "livemode": false, "metadata": {"item_id": "4", "checkout": "chk_9uWnzfnOjb-shlZarZ_yATZO", "managed_by": "billing_app", "customer_id": "1"}, "discounts": [], "cancel_url": "http://127.0.0.1:34837/payment/cancel?checkout=chk_9uWnzfnOjb-shlZarZ_yATZO", "expires_at": 1795241175, "custom_text": {"submit": null, "after_submit": null, "shipping_address": null, "terms_of_service_acceptance": null}, "permissions": null, "submit_type": null, "success_url": "http://127.0.0.1:34837/payment/success?session_id={CHECKOUT_SESSION_ID}", "amount_total": 0, "payment_link": null, "setup_intent": null, "subscription": "sub_0WDn31GZn6tDhW84MtHlKPOY", "automatic_tax": {"status": null, "enabled": false, "provider": null, "liability": null}, "client_secret": null, "custom_fields": [], "shipping_cost": null, "total_details": {"amount_tax": 0, "amount_discount": 0, "amount_shipping": 0}, "customer_email": null, "origin_context": null, "payment_intent": null, "payment_status": "no_payment_required", "recovered_from": null, "wallet_options": null, "amount_subtotal": 0, "adaptive_pricing": {"enabled": false}, "after_expiration": null, "customer_details": {"name": "Ada Lovelace", "email": "ada@example.com", "phone": null, "address": null, "tax_ids": null, "tax_exempt": "none", "business_name": null, "individual_name": null}, "invoice_creation": null, "shipping_options": [], "branding_settings": {"icon": null, "logo": null, "font_family": "default", "border_style": "rounded", "button_color": "#4f46e5", "display_name": "Interview Mate", "background_color": "#ffffff"}, "customer_creation": null, "consent_collection": null, "client_reference_id": "chk_9uWnzfnOjb-shlZarZ_yATZO", "currency_conversion": null, "payment_method_types": ["card"], "allow_promotion_codes": null, "collected_information": null, "payment_method_options": {"card": {"request_three_d_secure": "automatic"}}, "phone_number_collection": {"enabled": false}, "payment_method_collection": "always", "billing_address_collection": null, "shipping_address_collection": null, "saved_payment_method_options": null, "payment_method_configuration_details": null}'),
	('evt_Exc57GK9xCc9JjSb5h9mH9pp', 'payment_method.attached', 'pm_CZm8IDMSE5bHCSfWkK2VJ1ec', 'cus_qcpgopEfyhcyn6', '2026-10-28.endive', false, '2026-11-21 05:06:19+00', '2026-11-21 05:06:19.8373+00', 1, 'done', 1, NULL, '["customer 2 keeps 1 payment method"]', 138, '2026-11-21 05:06:22.155439+00', '{"id": "pm_CZm8IDMSE5bHCSfWkK2VJ1ec", "card": {"brand": "visa", "last4": "4242", "checks": {"cvc_check": "pass", "address_line1_check": null, "address_postal_code_check": null}, "wallet": null, "country": "US", "funding": "credit", "exp_year": 2040, "networks": {"available": ["visa"], "preferred": null}, "exp_month": 12, "fingerprint": "73c684f41a5d6092", "display_brand": "visa", "generated_from": null, "regulated_status": "unregulated", "three_d_secure_usage": {"supported": true}}, "type": "card", "object": "payment_method", "created": 1795237579, "customer": "cus_qcpgopEfyhcyn6", "livemode": false, "metadata": {}, "allow_redisplay": "unspecified", "billing_details": {"name": "Ada Lovelace", "email": "ada@example.com", "phone": null, "tax_id": null, "address": {"city": null, "line1": null, "line2": null, "state": null, "country": null, "postal_code": null}}}'),
	('evt_kZN4nkkkNXMmURsJnINsWvQO', 'customer.subscription.created', 'sub_B6P1DRLJcI4Wdtq9qi9Wwc69', 'cus_qcpgopEfyhcyn6', '2026-10-28.endive', false, '2026-11-21 05:06:19+00', '2026-11-21 05:06:21.002978+00', 1, 'done', 1, NULL, '["subscription sub_B6P1DRLJcI4Wdtq9qi9Wwc69: started"]', 147, '2026-11-21 05:06:22.879755+00', '{"id": "sub_B6P1DRLJcI4Wdtq9qi9Wwc69", "items": {"url": "/v1/subscription_items?subscription=sub_B6P1DRLJcI4Wdtq9qi9Wwc69", "data": [{"id": "si_g4UMnwi0fKXReW", "plan": {"id": "price_xjuTGFcrhQgJTofO9n43Gj8C", "meter": null, "active": true, "amount": 1200, "object": "plan", "created": 1795237579, "product": "billing_app_plan_starter", "currency": "usd", "interval": "month", "livemode": false, "metadata": {"item": "plan_starter_month", "credits": "60", "managed_by": "billing_app"}, "nickname": null, "tiers_mode": null, "usage_type": "licensed", "amount_decimal": "1200", "billing_scheme": "per_unit", "interval_count": 1, "transform_usage": null, "trial_period_days": null}, "price": {"id": "price_xjuTGFcrhQgJTofO9n43Gj8C", "type": "recurring", "active": true, "object": "price", "created": 1795237579, "product": "billing_app_plan_starter", "currency": "usd", "livemode": false, "metadata": {"item": "plan_starter_month", "credits": "60", "managed_by": "billing_app"}, "nickname": null, "recurring": {"meter": null, "interval": "month", "usage_type": "licensed", "interval_count": 1, "trial_period_days": null}, "lookup_key": "plan_starter_month", "tiers_mode": null, "unit_amount": 1200, "tax_behavior": "exclusive", "billing_scheme": "per_unit", "custom_unit_amount": null, "transform_quantity": null, "unit_amount_decimal": "1200"}, "object": "subscription_item", "created": 1795237579, "metadata": {}, "quantity": 1, "discounts": [], "tax_rates": [], "subscription": "sub_B6P1DRLJcI4Wdtq9qi9Wwc69", "billing_thresholds": null, "current_period_end": 1797829579, "current_period_start": 1795237579}], "object": "list", "has_more": false}, "object": "subscription", "status": "incomplete", "created": 1795237579, "currency": "usd", "customer": "cus_qcpgopEfyhcyn6", "ended_at": null, "livemode": false, "metadata": {"item_id": "2", "checkout": "chk_PAtFC9FHpdlgC9GG3DrC7Uwq", "managed_by": "billing_app", "customer_id": "2"}, "schedule": null, "cancel_at": null, "discounts": [], "trial_end": null, "start_date": 1795237579, "test_clock": null, "application": null, "canceled_at": null, "description": null, "trial_start": null, "billing_mode": {"type": "flexible", "flexible": {"proration_discounts": "included"}}, "on_behalf_of": null, "automatic_tax": {"enabled": false, "liability": null, "disabled_reason": null}, "transfer_data": null, "days_until_due": null, "default_source": null, "latest_invoice": "in_VDWXPDNgSuD2l4afNmZXvkzV", "pending_update": null, "trial_settings": {"end_behavior": {"missing_payment_method": "create_invoice"}}, "invoice_settings": {"footer": null, "issuer": {"type": "self"}, "description": null, "custom_fields": null, "account_tax_ids": null}, "pause_collection": null, "payment_settings": {"payment_method_types": null, "payment_method_options": null, "save_default_payment_method": "off"}, "billing_schedules": [], "collection_method": "charge_automatically", "default_tax_rates": [], "billing_thresholds": null, "billing_cycle_anchor": 1795237579, "cancel_at_period_end": false, "cancellation_details": {"reason": null, "comment": null, "feedback": null}, "pending_setup_intent": null, "default_payment_method": "pm_CZm8IDMSE5bHCSfWkK2VJ1ec", "application_fee_percent": null, "billing_cycle_anchor_config": null, "pending_invoice_item_interval": null, "next_pending_invoice_item_invoice": null}'),
	('evt_TqhXWWFVmS3B56yWbW9gtu5J', 'invoice.paid', 'in_VDWXPDNgSuD2l4afNmZXvkzV', 'cus_qcpgopEfyhcyn6', '2026-10-28.endive', false, '2026-11-21 05:06:19+00', '2026-11-21 05:06:21.346085+00', 1, 'done', 1, NULL, '[]', 223, '2026-11-21 05:06:23.762742+00', '{"id": "in_VDWXPDNgSuD2l4afNmZXvkzV", "lines": {"url": "/v1/invoices/in_VDWXPDNgSuD2l4afNmZXvkzV/lines", "data": [{"id": "il_Hu1RL7epwbayWt6AsnBi0Mxe", "taxes": [], "amount": 1200, "object": "line_item", "parent": {"type": "subscription_item_details", "invoice_item_details": null, "subscription_item_details": {"proration": false, "invoice_item": null, "subscription": "sub_B6P1DRLJcI4Wdtq9qi9Wwc69", "proration_details": null, "subscription_item": "si_g4UMnwi0fKXReW"}}, "period": {"end": 1797829579, "start": 1795237579}, "invoice": "in_VDWXPDNgSuD2l4afNmZXvkzV", "pricing": {"type": "price_details", "price_details": {"price": "price_xjuTGFcrhQgJTofO9n43Gj8C", "product": "billing_app_plan_starter"}, "unit_amount_decimal": "1200"}, "currency": "usd", "livemode": false, "metadata": {"item_id": "2", "checkout": "chk_PAtFC9FHpdlgC9GG3DrC7Uwq", "managed_by": "billing_app", "customer_id": "2"}, "quantity": 1, "subtotal": 1200, "discounts": [], "description": "1 × Starter (at $12.00 / month)", "discountable": true, "subscription": "sub_B6P1DRLJcI4Wdtq9qi9Wwc69", "discount_amounts": [], "pretax_credit_amounts": []}], "object": "list", "has_more": false}, "total": 1200, "footer": null, "issuer": {"type": "self"}, "number": "P5LDBLEU-0001", "object": "invoice", "parent": {"type": "subscription_details", "quote_details": null, "subscription_details": {"metadata": {"item_id": "2", "checkout": "chk_PAtFC9FHpdlgC9GG3DrC7Uwq", "managed_by": "billing_app", "customer_id": "2"}, "subscription": "sub_B6P1DRLJcI4Wdtq9qi9Wwc69"}}, "status": "paid", "created": 1795237579, "currency": "usd", "customer": "cus_qcpgopEfyhcyn6", "due_date": null, "livemode": false, "metadata": {}, "subtotal": 1200, "attempted": true, "discounts": [], "rendering": null, "amount_due": 1200, "period_end": 1795237579, "test_clock": null, "amount_paid": 1200, "application": null, "description": null, "invoice_pdf": "http://127.0.0.1:33321/i/in_VDWXPDNgSuD2l4afNmZXvkzV/pdf", "total_taxes": [], "account_name": "Interview Mate", "auto_advance": false, "effective_at": 1795237579, "from_invoice": null, "on_behalf_of": null, "period_start": 1795237579, "attempt_count": 1, "automatic_tax": {"status": null, "enabled": false, "provider": null, "liability": null, "disabled_reason": null}, "custom_fields": null, "customer_name": "person2", "shipping_cost": null, "billing_reason": "subscription_create", "customer_email": "person2@example.com", "customer_phone": null, "default_source": null, "ending_balance": 0, "receipt_number": null, "account_country": "US", "account_tax_ids": null, "amount_overpaid": 0, "amount_shipping": 0, "latest_revision": null, "amount_remaining": 0, "customer_address": null, "customer_tax_ids": [], "payment_settings": {"default_mandate": null, "payment_method_types": null, "payment_method_options": null}, "shipping_details": null, "starting_balance": 0, "collection_method": "charge_automatically", "customer_shipping": null, "default_tax_rates": [], "hosted_invoice_url": "http://127.0.0.1:33321/i/in_VDWXPDNgSuD2l4afNmZXvkzV", "status_transitions": {"paid_at": 1795237579, "voided_at": null, "finalized_at": 1795237579, "marked_uncollectible_at": null}, "customer_tax_exempt": "none", "total_excluding_tax": 1200, "next_payment_attempt": null, "statement_descriptor": null, "webhooks_delivered_at": 1795237579, "default_payment_method": null, "subtotal_excluding_tax": 1200, "total_discount_amounts": [], "last_finalization_error": null, "automatically_finalizes_at": null, "total_pretax_credit_amounts": [], "pre_payment_credit_notes_amount": 0, "post_payment_credit_notes_amount": 0}'),
	('evt_ivh5n58SqF8NBNAXyG0AbnsE', 'customer.subscription.updated', 'sub_B6P1DRLJcI4Wdtq9qi9Wwc69', 'cus_qcpgopEfyhcyn6', '2026-10-28.endive', false, '2026-11-21 05:06:19+00', '2026-11-21 05:06:21.413926+00', 1, 'done', 1, NULL, '[]', 40, '2026-11-21 05:06:24.193942+00', '{"id": "sub_B6P1DRLJcI4Wdtq9qi9Wwc69", "items": {"url": "/v1/subscription_items?subscription=sub_B6P1DRLJcI4Wdtq9qi9Wwc69", "data": [{"id": "si_g4UMnwi0fKXReW", "plan": {"id": "price_xjuTGFcrhQgJTofO9n43Gj8C", "meter": null, "active": true, "amount": 1200, "object": "plan", "created": 1795237579, "product": "billing_app_plan_starter", "currency": "usd", "interval": "month", "livemode": false, "metadata": {"item": "plan_starter_month", "credits": "60", "managed_by": "billing_app"}, "nickname": null, "tiers_mode": null, "usage_type": "licensed", "amount_decimal": "1200", "billing_scheme": "per_unit", "interval_count": 1, "transform_usage": null, "trial_period_days": null}, "price": {"id": "price_xjuTGFcrhQgJTofO9n43Gj8C", "type": "recurring", "active": true, "object": "price", "created": 1795237579, "product": "billing_app_plan_starter", "currency": "usd", "livemode": false, "metadata": {"item": "plan_starter_month", "credits": "60", "managed_by": "billing_app"}, "nickname": null, "recurring": {"meter": null, "interval": "month", "usage_type": "licensed", "interval_count": 1, "trial_period_days": null}, "lookup_key": "plan_starter_month", "tiers_mode": null, "unit_amount": 1200, "tax_behavior": "exclusive", "billing_scheme": "per_unit", "custom_unit_amount": null, "transform_quantity": null, "unit_amount_decimal": "1200"}, "object": "subscription_item", "created": 1795237579, "metadata": {}, "quantity": 1, "discounts": [], "tax_rates": [], "subscription": "sub_B6P1DRLJcI4Wdtq9qi9Wwc69", "billing_thresholds": null, "current_period_end": 1797829579, "current_period_start": 1795237579}], "object": "list", "has_more": false}, "object": "subscription", "status": "active", "created": 1795237579, "currency": "usd", "customer": "cus_qcpgopEfyhcyn6", "ended_at": null, "livemode": false, "metadata": {"item_id": "2", "checkout": "chk_PAtFC9FHpdlgC9GG3DrC7Uwq", "managed_by": "billing_app", "customer_id": "2"}, "schedule": null, "cancel_at": null, "discounts": [], "trial_end": null, "start_date": 1795237579, "test_clock": null, "application": null, "canceled_at": null, "description": null, "trial_start": null, "billing_mode": {"type": "flexible", "flexible": {"proration_discounts": "included"}}, "on_behalf_of": null, "automatic_tax": {"enabled": false, "liability": null, "disabled_reason": null}, "transfer_data": null, "days_until_due": null, "default_source": null, "latest_invoice": "in_VDWXPDNgSuD2l4afNmZXvkzV", "pending_update": null, "trial_settings": {"end_behavior": {"missing_payment_method": "create_invoice"}}, "invoice_settings": {"footer": null, "issuer": {"type": "self"}, "description": null, "custom_fields": null, "account_tax_ids": null}, "pause_collection": null, "payment_settings": {"payment_method_types": null, "payment_method_options": null, "save_default_payment_method": "off"}, "billing_schedules": [], "collection_method": "charge_automatically", "default_tax_rates": [], "billing_thresholds": null, "billing_cycle_anchor": 1795237579, "cancel_at_period_end": false, "cancellation_details": {"reason": null, "comment": null, "feedback": null}, "pending_setup_intent": null, "default_payment_method": "pm_CZm8IDMSE5bHCSfWkK2VJ1ec", "application_fee_percent": null, "billing_cycle_anchor_config": null, "pending_invoice_item_interval": null, "next_pending_invoice_item_invoice": null}'),
	('evt_XRxI6CjgEUp9ybDRqCielL1g', 'payment_intent.succeeded', 'pi_qU6fatigDTyQXCTFX7bThF6n', 'cus_qcpgopEfyhcyn6', '2026-10-28.endive', false, '2026-11-21 05:06:19+00', '2026-11-21 05:06:20.887494+00', 1, 'ignored', 1, NULL, '[]', 141, '2026-11-21 05:06:22.549046+00', '{"id": "pi_qU6fatigDTyQXCTFX7bThF6n", "amount": 1200, "object": "payment_intent", "review": null, "source": null, "status": "succeeded", "created": 1795237579, "currency": "usd", "customer": "cus_qcpgopEfyhcyn6", "livemode": false, "metadata": {}, "shipping": null, "processing": null, "application": null, "canceled_at": null, "description": "Subscription creation", "next_action": null, "on_behalf_of": null, "client_secret": "pi_qU6fatigDTyQXCTFX7bThF6n_secret_0lsEWgwePYg5ZNoNbCzEYWBpr", "latest_charge": "ch_Ja0lGfQYQPTXwswte3847ghR", "receipt_email": "ada@example.com", "transfer_data": null, "amount_details": {"tip": {}}, "capture_method": "automatic_async", "payment_method": "pm_CZm8IDMSE5bHCSfWkK2VJ1ec", "transfer_group": null, "amount_received": 1200, "amount_capturable": 0, "last_payment_error": null, "setup_future_usage": "off_session", "cancellation_reason": null, "confirmation_method": "automatic", "payment_method_types": ["card"], "statement_descriptor": null, "application_fee_amount": null, "payment_method_options": {"card": {"network": null, "installments": null, "mandate_options": null, "request_three_d_secure": "automatic"}}, "automatic_payment_methods": null, "statement_descriptor_suffix": null}'),
	('evt_dfVFK0bTELnbde1uFdRG4S3w', 'invoice.finalized', 'in_VDWXPDNgSuD2l4afNmZXvkzV', 'cus_qcpgopEfyhcyn6', '2026-10-28.endive', false, '2026-11-21 05:06:19+00', '2026-11-21 05:06:21.210676+00', 1, 'done', 1, NULL, '["invoice P5LDBLEU-0001: paid", "60 plan credits granted to customer 2 for one window (in_VDWXPDNgSuD2l4afNmZXvkzV)"]', 358, '2026-11-21 05:06:23.402477+00', '{"id": "in_VDWXPDNgSuD2l4afNmZXvkzV", "lines": {"url": "/v1/invoices/in_VDWXPDNgSuD2l4afNmZXvkzV/lines", "data": [{"id": "il_Hu1RL7epwbayWt6AsnBi0Mxe", "taxes": [], "amount": 1200, "object": "line_item", "parent": {"type": "subscription_item_details", "invoice_item_details": null, "subscription_item_details": {"proration": false, "invoice_item": null, "subscription": "sub_B6P1DRLJcI4Wdtq9qi9Wwc69", "proration_details": null, "subscription_item": "si_g4UMnwi0fKXReW"}}, "period": {"end": 1797829579, "start": 1795237579}, "invoice": "in_VDWXPDNgSuD2l4afNmZXvkzV", "pricing": {"type": "price_details", "price_details": {"price": "price_xjuTGFcrhQgJTofO9n43Gj8C", "product": "billing_app_plan_starter"}, "unit_amount_decimal": "1200"}, "currency": "usd", "livemode": false, "metadata": {"item_id": "2", "checkout": "chk_PAtFC9FHpdlgC9GG3DrC7Uwq", "managed_by": "billing_app", "customer_id": "2"}, "quantity": 1, "subtotal": 1200, "discounts": [], "description": "1 × Starter (at $12.00 / month)", "discountable": true, "subscription": "sub_B6P1DRLJcI4Wdtq9qi9Wwc69", "discount_amounts": [], "pretax_credit_amounts": []}], "object": "list", "has_more": false}, "total": 1200, "footer": null, "issuer": {"type": "self"}, "number": "P5LDBLEU-0001", "object": "invoice", "parent": {"type": "subscription_details", "quote_details": null, "subscription_details": {"metadata": {"item_id": "2", "checkout": "chk_PAtFC9FHpdlgC9GG3DrC7Uwq", "managed_by": "billing_app", "customer_id": "2"}, "subscription": "sub_B6P1DRLJcI4Wdtq9qi9Wwc69"}}, "status": "open", "created": 1795237579, "currency": "usd", "customer": "cus_qcpgopEfyhcyn6", "due_date": null, "livemode": false, "metadata": {}, "subtotal": 1200, "attempted": false, "discounts": [], "rendering": null, "amount_due": 1200, "period_end": 1795237579, "test_clock": null, "amount_paid": 0, "application": null, "description": null, "invoice_pdf": "http://127.0.0.1:33321/i/in_VDWXPDNgSuD2l4afNmZXvkzV/pdf", "total_taxes": [], "account_name": "Interview Mate", "auto_advance": true, "effective_at": 1795237579, "from_invoice": null, "on_behalf_of": null, "period_start": 1795237579, "attempt_count": 0, "automatic_tax": {"status": null, "enabled": false, "provider": null, "liability": null, "disabled_reason": null}, "custom_fields": null, "customer_name": "person2", "shipping_cost": null, "billing_reason": "subscription_create", "customer_email": "person2@example.com", "customer_phone": null, "default_source": null, "ending_balance": 0, "receipt_number": null, "account_country": "US", "account_tax_ids": null, "amount_overpaid": 0, "amount_shipping": 0, "latest_revision": null, "amount_remaining": 1200, "customer_address": null, "customer_tax_ids": [], "payment_settings": {"default_mandate": null, "payment_method_types": null, "payment_method_options": null}, "shipping_details": null, "starting_balance": 0, "collection_method": "charge_automatically", "customer_shipping": null, "default_tax_rates": [], "hosted_invoice_url": "http://127.0.0.1:33321/i/in_VDWXPDNgSuD2l4afNmZXvkzV", "status_transitions": {"paid_at": null, "voided_at": null, "finalized_at": 1795237579, "marked_uncollectible_at": null}, "customer_tax_exempt": "none", "total_excluding_tax": 1200, "next_payment_attempt": 1795241179, "statement_descriptor": null, "webhooks_delivered_at": 1795237579, "default_payment_method": null, "subtotal_excluding_tax": 1200, "total_discount_amounts": [], "last_finalization_error": null, "automatically_finalizes_at": null, "total_pretax_credit_amounts": [], "pre_payment_credit_notes_amount": 0, "post_payment_credit_notes_amount": 0}'),
	('evt_qsNv3Wk6i2tDl8vWEtXtmAqa', 'invoice.payment_succeeded', 'in_VDWXPDNgSuD2l4afNmZXvkzV', 'cus_qcpgopEfyhcyn6', '2026-10-28.endive', false, '2026-11-21 05:06:19+00', '2026-11-21 05:06:21.377586+00', 1, 'done', 1, NULL, '[]', 131, '2026-11-21 05:06:24.023551+00', '{"id": "in_VDWXPDNgSuD2l4afNmZXvkzV", "lines": {"url": "/v1/invoices/in_VDWXPDNgSuD2l4afNmZXvkzV/lines", "data": [{"id": "il_Hu1RL7epwbayWt6AsnBi0Mxe", "taxes": [], "amount": 1200, "object": "line_item", "parent": {"type": "subscription_item_details", "invoice_item_details": null, "subscription_item_details": {"proration": false, "invoice_item": null, "subscription": "sub_B6P1DRLJcI4Wdtq9qi9Wwc69", "proration_details": null, "subscription_item": "si_g4UMnwi0fKXReW"}}, "period": {"end": 1797829579, "start": 1795237579}, "invoice": "in_VDWXPDNgSuD2l4afNmZXvkzV", "pricing": {"type": "price_details", "price_details": {"price": "price_xjuTGFcrhQgJTofO9n43Gj8C", "product": "billing_app_plan_starter"}, "unit_amount_decimal": "1200"}, "currency": "usd", "livemode": false, "metadata": {"item_id": "2", "checkout": "chk_PAtFC9FHpdlgC9GG3DrC7Uwq", "managed_by": "billing_app", "customer_id": "2"}, "quantity": 1, "subtotal": 1200, "discounts": [], "description": "1 × Starter (at $12.00 / month)", "discountable": true, "subscription": "sub_B6P1DRLJcI4Wdtq9qi9Wwc69", "discount_amounts": [], "pretax_credit_amounts": []}], "object": "list", "has_more": false}, "total": 1200, "footer": null, "issuer": {"type": "self"}, "number": "P5LDBLEU-0001", "object": "invoice", "parent": {"type": "subscription_details", "quote_details": null, "subscription_details": {"metadata": {"item_id": "2", "checkout": "chk_PAtFC9FHpdlgC9GG3DrC7Uwq", "managed_by": "billing_app", "customer_id": "2"}, "subscription": "sub_B6P1DRLJcI4Wdtq9qi9Wwc69"}}, "status": "paid", "created": 1795237579, "currency": "usd", "customer": "cus_qcpgopEfyhcyn6", "due_date": null, "livemode": false, "metadata": {}, "subtotal": 1200, "attempted": true, "discounts": [], "rendering": null, "amount_due": 1200, "period_end": 1795237579, "test_clock": null, "amount_paid": 1200, "application": null, "description": null, "invoice_pdf": "http://127.0.0.1:33321/i/in_VDWXPDNgSuD2l4afNmZXvkzV/pdf", "total_taxes": [], "account_name": "Interview Mate", "auto_advance": false, "effective_at": 1795237579, "from_invoice": null, "on_behalf_of": null, "period_start": 1795237579, "attempt_count": 1, "automatic_tax": {"status": null, "enabled": false, "provider": null, "liability": null, "disabled_reason": null}, "custom_fields": null, "customer_name": "person2", "shipping_cost": null, "billing_reason": "subscription_create", "customer_email": "person2@example.com", "customer_phone": null, "default_source": null, "ending_balance": 0, "receipt_number": null, "account_country": "US", "account_tax_ids": null, "amount_overpaid": 0, "amount_shipping": 0, "latest_revision": null, "amount_remaining": 0, "customer_address": null, "customer_tax_ids": [], "payment_settings": {"default_mandate": null, "payment_method_types": null, "payment_method_options": null}, "shipping_details": null, "starting_balance": 0, "collection_method": "charge_automatically", "customer_shipping": null, "default_tax_rates": [], "hosted_invoice_url": "http://127.0.0.1:33321/i/in_VDWXPDNgSuD2l4afNmZXvkzV", "status_transitions": {"paid_at": 1795237579, "voided_at": null, "finalized_at": 1795237579, "marked_uncollectible_at": null}, "customer_tax_exempt": "none", "total_excluding_tax": 1200, "next_payment_attempt": null, "statement_descriptor": null, "webhooks_delivered_at": 1795237579, "default_payment_method": null, "subtotal_excluding_tax": 1200, "total_discount_amounts": [], "last_finalization_error": null, "automatically_finalizes_at": null, "total_pretax_credit_amounts": [], "pre_payment_credit_notes_amount": 0, "post_payment_credit_notes_amount": 0}'),
	('evt_AwqLYj4DmRfeW8Bh71gPQSGl', 'checkout.session.completed', 'cs_test_aiUQHSIBHVtZ04qeBiK4Mq8bYb0jTP6sNmzR9CO3f21kBqu9d4PmJmGq6K', 'cus_qcpgopEfyhcyn6', '2026-10-28.endive', false, '2026-11-21 05:06:19+00', '2026-11-21 05:06:21.622751+00', 1, 'done', 1, NULL, '[]', 98, '2026-11-21 05:06:24.399602+00', '{"id": "cs_test_aiUQHSIBHVtZ04qeBiK4Mq8bYb0jTP6sNmzR9CO3f21kBqu9d4PmJmGq6K", "url": null, "mode": "subscription", "locale": null, "object": "checkout.session", "status": "complete", "consent": null, "created": 1795237579, "invoice": "in_VDWXPDNgSuD2l4afNmZXvkzV", "ui_mode": "hosted_page", "currency": "usd", "customer": "cus_qcpgopEfyhcyn6", "livemode": false, "metadata": {"item_id": "2", "checkout": "chk_PAtFC9FHpdlgC9GG3DrC7Uwq", "managed_by": "billing_app", "customer_id": "2"}, "discounts": [], "cancel_url": "http://127.0.0.1:34837/payment/cancel?checkout=chk_PAtFC9FHpdlgC9GG3DrC7Uwq", "expires_at": 1795241179, "custom_text": {"submit": null, "after_submit": null, "shipping_address": null, "terms_of_service_acceptance": null}, "permissions": null, "submit_type": null, "success_url": "http://127.0.0.1:34837/payment/success?session_id={CHECKOUT_SESSION_ID}", "amount_total": 1200, "payment_link": null, "setup_intent": null, "subscription": "sub_B6P1DRLJcI4Wdtq9qi9Wwc69", "automatic_tax": {"status": null, "enabled": false, "provider": null, "liability": null}, "client_secret": null, "custom_fields": [], "shipping_cost": null, "total_details": {"amount_tax": 0, "amount_discount": 0, "amount_shipping": 0}, "customer_email": null, "origin_context": null, "payment_intent": null, "payment_status": "paid", "recovered_from": null, "wallet_options": null, "amount_subtotal": 1200, "adaptive_pricing": {"enabled": false}, "after_expiration": null, "customer_details": {"name": "Ada Lovelace", "email": "ada@example.com", "phone": null, "address": null, "tax_ids": null, "tax_exempt": "none", "business_name": null, "individual_name": null}, "invoice_creation": null, "shipping_options": [], "branding_settings": {"icon": null, "logo": null, "font_family": "default", "border_style": "rounded", "button_color": "#4f46e5", "display_name": "Interview Mate", "background_color": "#ffffff"}, "customer_creation": null, "consent_collection": null, "client_reference_id": "chk_PAtFC9FHpdlgC9GG3DrC7Uwq", "currency_conversion": null, "payment_method_types": ["card"], "allow_promotion_codes": null, "collected_information": null, "payment_method_options": {"card": {"request_three_d_secure": "automatic"}}, "phone_number_collection": {"enabled": false}, "payment_method_collection": "always", "billing_address_collection": null, "shipping_address_collection": null, "saved_payment_method_options": null, "payment_method_configuration_details": null}'),
	('evt_Sa7pLenOMxyblvLGHHsYgxKo', 'customer.subscription.updated', 'sub_B6P1DRLJcI4Wdtq9qi9Wwc69', 'cus_qcpgopEfyhcyn6', '2026-10-28.endive', false, '2026-11-21 05:06:24+00', '2026-11-21 05:06:24.545342+00', 1, 'done', 1, NULL, '[]', 212, '2026-11-21 05:06:25.620043+00', '{"id": "sub_B6P1DRLJcI4Wdtq9qi9Wwc69", "items": {"url": "/v1/subscription_items?subscription=sub_B6P1DRLJcI4Wdtq9qi9Wwc69", "data": [{"id": "si_g4UMnwi0fKXReW", "plan": {"id": "price_xjuTGFcrhQgJTofO9n43Gj8C", "meter": null, "active": true, "amount": 1200, "object": "plan", "created": 1795237579, "product": "billing_app_plan_starter", "currency": "usd", "interval": "month", "livemode": false, "metadata": {"item": "plan_starter_month", "credits": "60", "managed_by": "billing_app"}, "nickname": null, "tiers_mode": null, "usage_type": "licensed", "amount_decimal": "1200", "billing_scheme": "per_unit", "interval_count": 1, "transform_usage": null, "trial_period_days": null}, "price": {"id": "price_xjuTGFcrhQgJTofO9n43Gj8C", "type": "recurring", "active": true, "object": "price", "created": 1795237579, "product": "billing_app_plan_starter", "currency": "usd", "livemode": false, "metadata": {"item": "plan_starter_month", "credits": "60", "managed_by": "billing_app"}, "nickname": null, "recurring": {"meter": null, "interval": "month", "usage_type": "licensed", "interval_count": 1, "trial_period_days": null}, "lookup_key": "plan_starter_month", "tiers_mode": null, "unit_amount": 1200, "tax_behavior": "exclusive", "billing_scheme": "per_unit", "custom_unit_amount": null, "transform_quantity": null, "unit_amount_decimal": "1200"}, "object": "subscription_item", "created": 1795237579, "metadata": {}, "quantity": 1, "discounts": [], "tax_rates": [], "subscription": "sub_B6P1DRLJcI4Wdtq9qi9Wwc69", "billing_thresholds": null, "current_period_end": 1797829579, "current_period_start": 1795237579}], "object": "list", "has_more": false}, "object": "subscription", "status": "active", "created": 1795237579, "currency": "usd", "customer": "cus_qcpgopEfyhcyn6", "ended_at": null, "livemode": false, "metadata": {"item_id": "2", "checkout": "chk_PAtFC9FHpdlgC9GG3DrC7Uwq", "managed_by": "billing_app", "customer_id": "2"}, "schedule": null, "cancel_at": 1797829579, "discounts": [], "trial_end": null, "start_date": 1795237579, "test_clock": null, "application": null, "canceled_at": 1795237584, "description": null, "trial_start": null, "billing_mode": {"type": "flexible", "flexible": {"proration_discounts": "included"}}, "on_behalf_of": null, "automatic_tax": {"enabled": false, "liability": null, "disabled_reason": null}, "transfer_data": null, "days_until_due": null, "default_source": null, "latest_invoice": "in_VDWXPDNgSuD2l4afNmZXvkzV", "pending_update": null, "trial_settings": {"end_behavior": {"missing_payment_method": "create_invoice"}}, "invoice_settings": {"footer": null, "issuer": {"type": "self"}, "description": null, "custom_fields": null, "account_tax_ids": null}, "pause_collection": null, "payment_settings": {"payment_method_types": null, "payment_method_options": null, "save_default_payment_method": "off"}, "billing_schedules": [], "collection_method": "charge_automatically", "default_tax_rates": [], "billing_thresholds": null, "billing_cycle_anchor": 1795237579, "cancel_at_period_end": true, "cancellation_details": {"reason": "cancellation_requested", "comment": "too dear", "feedback": "too_expensive"}, "pending_setup_intent": null, "default_payment_method": "pm_CZm8IDMSE5bHCSfWkK2VJ1ec", "application_fee_percent": null, "billing_cycle_anchor_config": null, "pending_invoice_item_interval": null, "next_pending_invoice_item_invoice": null}'),
	('evt_jf0EeHaSg1BJ3XKCY3sqp1S3', 'charge.refunded', 'ch_dj7vGeJDRLUUg7pUUNQT2i34', 'cus_qcpgopEfyhcyn6', '2026-10-28.endive', false, '2026-11-21 05:06:25+00', '2026-11-21 05:06:25.709967+00', 1, 'done', 1, NULL, '["refund of ch_dj7vGeJDRLUUg7pUUNQT2i34: 2400 of 2400 USD in minor units", "120 credits taken back from customer 2, 0 more when holds return them, 0 owed, 0 forgiven"]', 137, '2026-11-21 05:06:26.269161+00', '{"id": "ch_dj7vGeJDRLUUg7pUUNQT2i34", "paid": true, "amount": 2400, "object": "charge", "review": null, "source": null, "status": "succeeded", "created": 1795237574, "outcome": {"type": "authorized", "reason": null, "risk_level": "normal", "risk_score": 12, "advice_code": null, "network_status": "approved_by_network", "seller_message": "Payment complete.", "network_advice_code": null, "network_decline_code": null}, "captured": true, "currency": "usd", "customer": "cus_qcpgopEfyhcyn6", "disputed": false, "livemode": false, "metadata": {"checkout": "chk_afZ_tuA25ZuA-ZG7tqoo-ZeG", "managed_by": "billing_app", "customer_id": "2"}, "refunded": true, "shipping": null, "application": null, "description": "Medium pack", "receipt_url": "http://127.0.0.1:33321/receipts/ch_dj7vGeJDRLUUg7pUUNQT2i34", "failure_code": null, "on_behalf_of": null, "fraud_details": {}, "radar_options": {}, "receipt_email": "ada@example.com", "transfer_data": null, "payment_intent": "pi_qmOmcmb6pn7cif4T2q6p2fIm", "payment_method": "pm_Y5Avi19s7bndUxc1d8md7J2w", "receipt_number": null, "transfer_group": null, "amount_captured": 2400, "amount_refunded": 2400, "application_fee": null, "billing_details": {"name": "Ada Lovelace", "email": "ada@example.com", "phone": null, "tax_id": null, "address": {"city": null, "line1": null, "line2": null, "state": null, "country": null, "postal_code": null}}, "failure_message": null, "source_transfer": null, "balance_transaction": "txn_rgkFQGY7KqkR1vcjFKsZRf4u", "statement_descriptor": null, "application_fee_amount": null, "payment_method_details": {"card": {"brand": "visa", "last4": "4242", "checks": {"cvc_check": "pass", "address_line1_check": null, "address_postal_code_check": null}, "wallet": null, "country": "US", "funding": "credit", "mandate": null, "network": "visa", "exp_year": 2040, "exp_month": 12, "fingerprint": "73c684f41a5d6092", "overcapture": {"status": "unavailable", "maximum_amount_capturable": 2400}, "installments": null, "multicapture": {"status": "unavailable"}, "network_token": {"used": false}, "three_d_secure": null, "regulated_status": "unregulated", "amount_authorized": 2400, "authorization_code": "SHQKSN", "extended_authorization": {"status": "disabled"}, "network_transaction_id": "OOQNHX9LLCJGIHK", "incremental_authorization": {"status": "unavailable"}}, "type": "card"}, "failure_balance_transaction": null, "statement_descriptor_suffix": null, "calculated_statement_descriptor": "INTERVIEW MATE"}');
SELECT pg_catalog.setval('public.alerts_id_seq', 1, false);
SELECT pg_catalog.setval('public.api_keys_id_seq', 1, true);
SELECT pg_catalog.setval('public.audit_log_id_seq', 11, true);
SELECT pg_catalog.setval('public.catalog_items_id_seq', 11, true);
SELECT pg_catalog.setval('public.checkouts_id_seq', 4, true);
SELECT pg_catalog.setval('public.cost_log_id_seq', 3, true);
SELECT pg_catalog.setval('public.customers_id_seq', 6, true);
SELECT pg_catalog.setval('public.enquiries_id_seq', 1, true);
SELECT pg_catalog.setval('public.feature_grants_id_seq', 1, false);
SELECT pg_catalog.setval('public.funnel_events_id_seq', 7, true);
SELECT pg_catalog.setval('public.hand_overs_id_seq', 1, true);
SELECT pg_catalog.setval('public.invoices_id_seq', 6, true);
SELECT pg_catalog.setval('public.mailbox_id_seq', 4, true);
SELECT pg_catalog.setval('public.model_prices_id_seq', 1, false);
SELECT pg_catalog.setval('public.outbox_id_seq', 6, true);
SELECT pg_catalog.setval('public.payment_failures_id_seq', 1, false);
SELECT pg_catalog.setval('public.payment_methods_id_seq', 2, true);
SELECT pg_catalog.setval('public.payments_id_seq', 8, true);
SELECT pg_catalog.setval('public.plan_cancellations_id_seq', 1, true);
SELECT pg_catalog.setval('public.plan_returns_id_seq', 1, false);
SELECT pg_catalog.setval('public.plan_windows_id_seq', 1, true);
SELECT pg_catalog.setval('public.quota_usage_id_seq', 1, false);
SELECT pg_catalog.setval('public.quota_uses_id_seq', 1, false);
SELECT pg_catalog.setval('public.refused_deliveries_id_seq', 1, false);
SELECT pg_catalog.setval('public.sessions_id_seq', 3, true);
SELECT pg_catalog.setval('public.subscription_changes_id_seq', 3, true);
SELECT pg_catalog.setval('public.subscriptions_id_seq', 2, true);
SELECT pg_catalog.setval('public.trials_taken_id_seq', 1, true);
SELECT pg_catalog.setval('public.unlock_uses_id_seq', 1, false);
SELECT pg_catalog.setval('public.unlocks_id_seq', 1, false);
SELECT pg_catalog.setval('public.users_id_seq', 5, true);
