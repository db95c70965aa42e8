"""What is never changed is not replaced either: SQLite asks no other trigger about INSERT OR REPLACE."""

from alembic import op

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None

# Table, a condition on the row that would be replaced, and what to say then.
KEPT = (
    ('audit_record', 'seq = NEW.seq', 'audit records are never changed'),
    (
        'diagram_version',
        'published_at IS NOT NULL AND '
        '(id = NEW.id OR (process_id = NEW.process_id AND number = NEW.number))',
        'published versions are never changed',
    ),
)


def upgrade() -> None:
    # PostgreSQL has no such statement, and its ON CONFLICT DO UPDATE is an update to its triggers.
    if op.get_bind().dialect.name == 'sqlite':
        for table, same, words in KEPT:
            op.execute(
                f'CREATE TRIGGER {table}_not_replaced BEFORE INSERT ON {table} '
                f'WHEN EXISTS (SELECT 1 FROM {table} WHERE {same}) '
                f"BEGIN SELECT RAISE(ABORT, '{words}'); END"
            )


def downgrade() -> None:
    if op.get_bind().dialect.name == 'sqlite':
        for table, _, _ in KEPT:
            op.execute(f'DROP TRIGGER {table}_not_replaced')
