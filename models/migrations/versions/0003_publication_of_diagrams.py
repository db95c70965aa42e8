"""Drafts of diagrams, reviews, reports of the check, versions of the policy; published is published."""

import sqlalchemy as sa
from alembic import op
from models.database import UTCDateTime
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects import postgresql
revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('policy_version',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('digest', sa.String(), nullable=False),
    sa.Column('files', sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql'), nullable=False),
    sa.Column('note', sa.String(), nullable=False),
    sa.Column('taken_up_at', UTCDateTime(), nullable=False),
    sa.Column('taken_up_by_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['taken_up_by_id'], ['person.id'], name=op.f('fk_policy_version_taken_up_by_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_policy_version')),
    sa.UniqueConstraint('number', name=op.f('uq_policy_version_number'))
    )
    op.create_table('diagram_draft',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('based_on_id', sa.Integer(), nullable=True),
    sa.Column('xml', sa.LargeBinary(), nullable=False),
    sa.Column('sha256', sa.String(), nullable=False),
    sa.Column('note', sa.String(), nullable=False),
    sa.Column('opened_by_id', sa.Integer(), nullable=False),
    sa.Column('opened_at', UTCDateTime(), nullable=False),
    sa.Column('edited_by_id', sa.Integer(), nullable=False),
    sa.Column('edited_at', UTCDateTime(), nullable=False),
    sa.Column('submitted_by_id', sa.Integer(), nullable=True),
    sa.Column('submitted_at', UTCDateTime(), nullable=True),
    sa.Column('effective_from', UTCDateTime(), nullable=True),
    sa.Column('closed_by_id', sa.Integer(), nullable=True),
    sa.Column('closed_at', UTCDateTime(), nullable=True),
    sa.Column('version_id', sa.Integer(), nullable=True),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['based_on_id'], ['diagram_version.id'], name=op.f('fk_diagram_draft_based_on_id_diagram_version')),
    sa.ForeignKeyConstraint(['closed_by_id'], ['person.id'], name=op.f('fk_diagram_draft_closed_by_id_person')),
    sa.ForeignKeyConstraint(['edited_by_id'], ['person.id'], name=op.f('fk_diagram_draft_edited_by_id_person')),
    sa.ForeignKeyConstraint(['opened_by_id'], ['person.id'], name=op.f('fk_diagram_draft_opened_by_id_person')),
    sa.ForeignKeyConstraint(['submitted_by_id'], ['person.id'], name=op.f('fk_diagram_draft_submitted_by_id_person')),
    sa.ForeignKeyConstraint(['version_id'], ['diagram_version.id'], name=op.f('fk_diagram_draft_version_id_diagram_version')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_diagram_draft'))
    )
    with op.batch_alter_table('diagram_draft', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_diagram_draft_key_closed_at'), ['key', 'closed_at'], unique=False)

    op.create_table('check_report',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('version_id', sa.Integer(), nullable=True),
    sa.Column('draft_id', sa.Integer(), nullable=True),
    sa.Column('checked', sa.String(), nullable=False),
    sa.Column('policy', sa.String(), nullable=False),
    sa.Column('publishable', sa.Boolean(), nullable=False),
    sa.Column('report', sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql'), nullable=False),
    sa.Column('checked_at', UTCDateTime(), nullable=False),
    sa.CheckConstraint('(version_id IS NULL) <> (draft_id IS NULL)', name=op.f('ck_check_report_of_one')),
    sa.ForeignKeyConstraint(['draft_id'], ['diagram_draft.id'], name=op.f('fk_check_report_draft_id_diagram_draft')),
    sa.ForeignKeyConstraint(['version_id'], ['diagram_version.id'], name=op.f('fk_check_report_version_id_diagram_version')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_check_report'))
    )
    with op.batch_alter_table('check_report', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_check_report_draft_id'), ['draft_id'], unique=True)
        batch_op.create_index(batch_op.f('ix_check_report_version_id_checked_at'), ['version_id', 'checked_at'], unique=False)

    op.create_table('draft_review',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('draft_id', sa.Integer(), nullable=False),
    sa.Column('reviewer_id', sa.Integer(), nullable=False),
    sa.Column('at', UTCDateTime(), nullable=False),
    sa.Column('verdict', sa.String(), nullable=False),
    sa.Column('words', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['draft_id'], ['diagram_draft.id'], name=op.f('fk_draft_review_draft_id_diagram_draft')),
    sa.ForeignKeyConstraint(['reviewer_id'], ['person.id'], name=op.f('fk_draft_review_reviewer_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_draft_review'))
    )
    with op.batch_alter_table('draft_review', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_draft_review_draft_id'), ['draft_id'], unique=False)

    with op.batch_alter_table('diagram_version', schema=None) as batch_op:
        batch_op.add_column(sa.Column('effective_from', UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column('withdrawn_at', UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column('withdrawn_by_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('withdrawn_why', sa.String(), nullable=True))
        batch_op.create_foreign_key(batch_op.f('fk_diagram_version_withdrawn_by_id_person'), 'person', ['withdrawn_by_id'], ['id'])

    with op.batch_alter_table('process', schema=None) as batch_op:
        batch_op.add_column(sa.Column('retired_at', UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column('retired_by_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('retired_why', sa.String(), nullable=True))
        batch_op.create_foreign_key(batch_op.f('fk_process_retired_by_id_person'), 'person', ['retired_by_id'], ['id'])


    op.execute("UPDATE diagram_version SET effective_from = COALESCE(published_at, created_at)")
    with op.batch_alter_table('diagram_version', schema=None) as batch_op:
        batch_op.alter_column('effective_from', existing_type=UTCDateTime(), nullable=False)

    _forbid_changes_to_published_versions()
    if op.get_bind().dialect.name == 'postgresql':
        # The element names the diagram: without knowing it, the planner expects so few completions
        # of a step in a quarter that it reads and sorts all of them for the latest of them.
        op.execute('CREATE STATISTICS task_place (dependencies) ON diagram, element FROM task')


# What a published version says; only its withdrawal may still be written.
FIXED = (
    'process_id', 'number', 'xml', 'sha256', 'note', 'author_id', 'created_at', 'published_at',
    'published_by_id', 'effective_from',
)


def _forbid_changes_to_published_versions() -> None:
    # The set that a version freezes is written right after the version itself, once.
    if op.get_bind().dialect.name == 'sqlite':
        refuse = "BEGIN SELECT RAISE(ABORT, 'published versions are never changed'); END"
        published = 'OLD.published_at IS NOT NULL'
        for name, event, when in (
            ('fixed', f"UPDATE OF {', '.join(FIXED)}", published),
            ('frozen', 'UPDATE OF frozen', f"{published} AND OLD.frozen <> '{{}}'"),
            ('kept', 'DELETE', published),
        ):
            op.execute(
                f'CREATE TRIGGER diagram_version_{name} BEFORE {event} ON diagram_version '
                f'WHEN {when} {refuse}'
            )
        return
    op.execute(
        'CREATE FUNCTION refuse_version_change() RETURNS trigger LANGUAGE plpgsql AS '
        "$$ BEGIN RAISE EXCEPTION 'published versions are never changed'; END $$"
    )
    published = 'OLD.published_at IS NOT NULL'
    for name, event, when in (
        ('fixed', f"UPDATE OF {', '.join(FIXED)}", published),
        ('frozen', 'UPDATE OF frozen', f"{published} AND OLD.frozen <> '{{}}'::jsonb"),
        ('kept', 'DELETE', published),
    ):
        op.execute(
            f'CREATE TRIGGER diagram_version_{name} BEFORE {event} ON diagram_version '
            f'FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION refuse_version_change()'
        )


def downgrade() -> None:
    sqlite = op.get_bind().dialect.name == 'sqlite'
    for name in ('fixed', 'frozen', 'kept'):
        op.execute(f"DROP TRIGGER diagram_version_{name}{'' if sqlite else ' ON diagram_version'}")
    if not sqlite:
        op.execute('DROP FUNCTION refuse_version_change()')
        op.execute('DROP STATISTICS task_place')
    with op.batch_alter_table('process', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_process_retired_by_id_person'), type_='foreignkey')
        batch_op.drop_column('retired_why')
        batch_op.drop_column('retired_by_id')
        batch_op.drop_column('retired_at')

    with op.batch_alter_table('diagram_version', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_diagram_version_withdrawn_by_id_person'), type_='foreignkey')
        batch_op.drop_column('withdrawn_why')
        batch_op.drop_column('withdrawn_by_id')
        batch_op.drop_column('withdrawn_at')
        batch_op.drop_column('effective_from')

    with op.batch_alter_table('draft_review', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_draft_review_draft_id'))

    op.drop_table('draft_review')
    with op.batch_alter_table('check_report', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_check_report_version_id_checked_at'))
        batch_op.drop_index(batch_op.f('ix_check_report_draft_id'))

    op.drop_table('check_report')
    with op.batch_alter_table('diagram_draft', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_diagram_draft_key_closed_at'))

    op.drop_table('diagram_draft')
    op.drop_table('policy_version')
