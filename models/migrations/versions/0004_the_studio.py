"""Remarks, rehearsals, scenarios and who is there, beside drafts; running cases moved to another version."""

import sqlalchemy as sa
from alembic import op
from models.database import UTCDateTime
from sqlalchemy.dialects import postgresql
revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('case_migration',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('to_version_id', sa.Integer(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('decisions', sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql'), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('begun_at', UTCDateTime(), nullable=False),
    sa.Column('finished_at', UTCDateTime(), nullable=True),
    sa.Column('undo_begun_at', UTCDateTime(), nullable=True),
    sa.Column('undo_by_id', sa.Integer(), nullable=True),
    sa.Column('undo_reason', sa.String(), nullable=True),
    sa.Column('undo_finished_at', UTCDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_case_migration_by_id_person')),
    sa.ForeignKeyConstraint(['undo_by_id'], ['person.id'], name=op.f('fk_case_migration_undo_by_id_person')),
    sa.ForeignKeyConstraint(['to_version_id'], ['diagram_version.id'], name=op.f('fk_case_migration_to_version_id_diagram_version')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_migration'))
    )
    with op.batch_alter_table('case_migration', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_case_migration_to_version_id'), ['to_version_id'], unique=False)

    op.create_table('draft_comment',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('draft_id', sa.Integer(), nullable=False),
    sa.Column('element', sa.String(), nullable=True),
    sa.Column('words', sa.String(), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('at', UTCDateTime(), nullable=False),
    sa.Column('settled_by_id', sa.Integer(), nullable=True),
    sa.Column('settled_at', UTCDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_draft_comment_by_id_person')),
    sa.ForeignKeyConstraint(['draft_id'], ['diagram_draft.id'], name=op.f('fk_draft_comment_draft_id_diagram_draft')),
    sa.ForeignKeyConstraint(['settled_by_id'], ['person.id'], name=op.f('fk_draft_comment_settled_by_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_draft_comment'))
    )
    with op.batch_alter_table('draft_comment', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_draft_comment_draft_id'), ['draft_id'], unique=False)

    op.create_table('draft_edit',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('draft_id', sa.Integer(), nullable=False),
    sa.Column('before', sa.LargeBinary(), nullable=False),
    sa.Column('sha256_after', sa.String(), nullable=False),
    sa.Column('words', sa.String(), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('at', UTCDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_draft_edit_by_id_person')),
    sa.ForeignKeyConstraint(['draft_id'], ['diagram_draft.id'], name=op.f('fk_draft_edit_draft_id_diagram_draft')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_draft_edit'))
    )
    with op.batch_alter_table('draft_edit', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_draft_edit_draft_id'), ['draft_id'], unique=False)

    op.create_table('draft_editor',
    sa.Column('draft_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('seen_at', UTCDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['draft_id'], ['diagram_draft.id'], name=op.f('fk_draft_editor_draft_id_diagram_draft')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_draft_editor_person_id_person')),
    sa.PrimaryKeyConstraint('draft_id', 'person_id', name=op.f('pk_draft_editor'))
    )
    op.create_table('moved_case',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('migration_id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('from_version_id', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('words', sa.String(), nullable=True),
    sa.Column('moved_at', UTCDateTime(), nullable=True),
    sa.Column('moved_in', sa.Integer(), nullable=True),
    sa.Column('tokens_before', sa.LargeBinary(), nullable=True),
    sa.Column('changes', sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql'), nullable=True),
    sa.Column('undone_at', UTCDateTime(), nullable=True),
    sa.Column('undone_by_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_moved_case_case_id_case')),
    sa.ForeignKeyConstraint(['from_version_id'], ['diagram_version.id'], name=op.f('fk_moved_case_from_version_id_diagram_version')),
    sa.ForeignKeyConstraint(['migration_id'], ['case_migration.id'], name=op.f('fk_moved_case_migration_id_case_migration')),
    sa.ForeignKeyConstraint(['undone_by_id'], ['person.id'], name=op.f('fk_moved_case_undone_by_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_moved_case')),
    sa.UniqueConstraint('migration_id', 'case_id', name=op.f('uq_moved_case_migration_id_case_id'))
    )
    with op.batch_alter_table('moved_case', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_moved_case_case_id'), ['case_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_moved_case_migration_id_state'), ['migration_id', 'state'], unique=False)

    op.create_table('rehearsal',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('draft_id', sa.Integer(), nullable=False),
    sa.Column('begins', UTCDateTime(), nullable=False),
    sa.Column('moves', sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql'), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('begun_at', UTCDateTime(), nullable=False),
    sa.Column('changed_at', UTCDateTime(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_rehearsal_by_id_person')),
    sa.ForeignKeyConstraint(['draft_id'], ['diagram_draft.id'], name=op.f('fk_rehearsal_draft_id_diagram_draft')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_rehearsal'))
    )
    with op.batch_alter_table('rehearsal', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_rehearsal_draft_id'), ['draft_id'], unique=False)

    op.create_table('scenario',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('draft_id', sa.Integer(), nullable=True),
    sa.Column('title', sa.String(), nullable=False),
    sa.Column('begins', UTCDateTime(), nullable=False),
    sa.Column('moves', sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql'), nullable=False),
    sa.Column('expects', sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql'), nullable=False),
    sa.Column('made_by_id', sa.Integer(), nullable=False),
    sa.Column('made_at', UTCDateTime(), nullable=False),
    sa.Column('retired_by_id', sa.Integer(), nullable=True),
    sa.Column('retired_at', UTCDateTime(), nullable=True),
    sa.Column('retired_why', sa.String(), nullable=True),
    sa.ForeignKeyConstraint(['draft_id'], ['diagram_draft.id'], name=op.f('fk_scenario_draft_id_diagram_draft')),
    sa.ForeignKeyConstraint(['made_by_id'], ['person.id'], name=op.f('fk_scenario_made_by_id_person')),
    sa.ForeignKeyConstraint(['retired_by_id'], ['person.id'], name=op.f('fk_scenario_retired_by_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_scenario'))
    )
    with op.batch_alter_table('scenario', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_scenario_key_retired_at'), ['key', 'retired_at'], unique=False)

    op.create_table('scenario_set_aside',
    sa.Column('draft_id', sa.Integer(), nullable=False),
    sa.Column('scenario_id', sa.Integer(), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('at', UTCDateTime(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_scenario_set_aside_by_id_person')),
    sa.ForeignKeyConstraint(['draft_id'], ['diagram_draft.id'], name=op.f('fk_scenario_set_aside_draft_id_diagram_draft')),
    sa.ForeignKeyConstraint(['scenario_id'], ['scenario.id'], name=op.f('fk_scenario_set_aside_scenario_id_scenario')),
    sa.PrimaryKeyConstraint('draft_id', 'scenario_id', name=op.f('pk_scenario_set_aside'))
    )
    for table in ('diagram_draft', 'diagram_version'):
        op.add_column(table, sa.Column('for_staff', sa.String(), server_default='', nullable=False))
    # What staff were told of a published version is as fixed as the version.
    when = 'OLD.published_at IS NOT NULL'
    if op.get_bind().dialect.name == 'sqlite':
        op.execute(
            'CREATE TRIGGER diagram_version_told BEFORE UPDATE OF for_staff ON diagram_version '
            f"WHEN {when} BEGIN SELECT RAISE(ABORT, 'published versions are never changed'); END"
        )
        return
    op.execute(
        'CREATE TRIGGER diagram_version_told BEFORE UPDATE OF for_staff ON diagram_version '
        f'FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION refuse_version_change()'
    )


def downgrade() -> None:
    on = '' if op.get_bind().dialect.name == 'sqlite' else ' ON diagram_version'
    op.execute(f'DROP TRIGGER diagram_version_told{on}')
    # Not as a batch: SQLite would copy the table and lose its triggers.
    for table in ('diagram_version', 'diagram_draft'):
        op.drop_column(table, 'for_staff')

    op.drop_table('scenario_set_aside')
    with op.batch_alter_table('scenario', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_scenario_key_retired_at'))

    op.drop_table('scenario')
    with op.batch_alter_table('rehearsal', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_rehearsal_draft_id'))

    op.drop_table('rehearsal')
    with op.batch_alter_table('moved_case', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_moved_case_migration_id_state'))
        batch_op.drop_index(batch_op.f('ix_moved_case_case_id'))

    op.drop_table('moved_case')
    op.drop_table('draft_editor')
    with op.batch_alter_table('draft_edit', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_draft_edit_draft_id'))

    op.drop_table('draft_edit')
    with op.batch_alter_table('draft_comment', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_draft_comment_draft_id'))

    op.drop_table('draft_comment')
    with op.batch_alter_table('case_migration', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_case_migration_to_version_id'))

    op.drop_table('case_migration')
