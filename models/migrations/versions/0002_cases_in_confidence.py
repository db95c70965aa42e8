"""Cases in confidence, absences, interventions, and the indexes that status pages read."""

import sqlalchemy as sa
from alembic import op
from models.database import UTCDateTime
from sqlalchemy.dialects import postgresql
revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('heartbeat',
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('at', UTCDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_heartbeat'))
    )
    op.create_table('absence',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('substitute_id', sa.Integer(), nullable=False),
    sa.Column('starts_on', sa.Date(), nullable=False),
    sa.Column('ends_on', sa.Date(), nullable=False),
    sa.Column('process', sa.String(), nullable=True),
    sa.Column('entered_by_id', sa.Integer(), nullable=False),
    sa.Column('entered_at', UTCDateTime(), nullable=False),
    sa.Column('ended_early_at', UTCDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['entered_by_id'], ['person.id'], name=op.f('fk_absence_entered_by_id_person')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_absence_person_id_person')),
    sa.ForeignKeyConstraint(['substitute_id'], ['person.id'], name=op.f('fk_absence_substitute_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_absence'))
    )
    with op.batch_alter_table('absence', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_absence_person_id'), ['person_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_absence_substitute_id'), ['substitute_id'], unique=False)

    op.create_table('break_glass',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('number_asked', sa.String(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=True),
    sa.Column('asked_by_id', sa.Integer(), nullable=False),
    sa.Column('second_id', sa.Integer(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('asked_at', UTCDateTime(), nullable=False),
    sa.Column('answered_at', UTCDateTime(), nullable=True),
    sa.Column('granted', sa.Boolean(), nullable=True),
    sa.Column('answer', sa.String(), nullable=True),
    sa.ForeignKeyConstraint(['asked_by_id'], ['person.id'], name=op.f('fk_break_glass_asked_by_id_person')),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_break_glass_case_id_case')),
    sa.ForeignKeyConstraint(['second_id'], ['person.id'], name=op.f('fk_break_glass_second_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_break_glass'))
    )
    with op.batch_alter_table('break_glass', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_break_glass_asked_at'), ['asked_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_break_glass_second_id_answered_at'), ['second_id', 'answered_at'], unique=False)

    op.create_table('case_access',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('why', sa.String(), nullable=False),
    sa.Column('duty', sa.String(), nullable=True),
    sa.Column('unit_id', sa.Integer(), nullable=True),
    sa.Column('since', UTCDateTime(), nullable=False),
    sa.Column('granted_by_id', sa.Integer(), nullable=True),
    sa.Column('until', UTCDateTime(), nullable=True),
    sa.Column('ended_by_id', sa.Integer(), nullable=True),
    sa.Column('ended_why', sa.String(), nullable=True),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_case_access_case_id_case')),
    sa.ForeignKeyConstraint(['ended_by_id'], ['person.id'], name=op.f('fk_case_access_ended_by_id_person')),
    sa.ForeignKeyConstraint(['granted_by_id'], ['person.id'], name=op.f('fk_case_access_granted_by_id_person')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_case_access_person_id_person')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_case_access_unit_id_unit')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_access'))
    )
    with op.batch_alter_table('case_access', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_case_access_case_id'), ['case_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_case_access_person_id_case_id'), ['person_id', 'case_id'], unique=False)

    op.create_table('case_exclusion',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('why', sa.String(), nullable=False),
    sa.Column('named_by_id', sa.Integer(), nullable=True),
    sa.Column('since', UTCDateTime(), nullable=False),
    sa.Column('shown_at', UTCDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_case_exclusion_case_id_case')),
    sa.ForeignKeyConstraint(['named_by_id'], ['person.id'], name=op.f('fk_case_exclusion_named_by_id_person')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_case_exclusion_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_exclusion')),
    sa.UniqueConstraint('case_id', 'person_id', 'why', name=op.f('uq_case_exclusion_case_id_person_id_why'))
    )
    with op.batch_alter_table('case_exclusion', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_case_exclusion_person_id'), ['person_id'], unique=False)

    op.create_table('case_read',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('what', sa.String(), nullable=False),
    sa.Column('at', UTCDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_case_read_case_id_case')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_case_read_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_read'))
    )
    with op.batch_alter_table('case_read', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_case_read_case_id_id'), ['case_id', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_case_read_person_id_id'), ['person_id', 'id'], unique=False)

    op.create_table('intervention',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('task_id', sa.Integer(), nullable=True),
    sa.Column('diagram', sa.String(), nullable=True),
    sa.Column('element', sa.String(), nullable=True),
    sa.Column('scope', sa.String(), nullable=True),
    sa.Column('takes_back', sa.Boolean(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('rules', sa.JSON().with_variant(postgresql.JSONB(), 'postgresql'), nullable=False),
    sa.Column('asked_by_id', sa.Integer(), nullable=False),
    sa.Column('asked_at', UTCDateTime(), nullable=False),
    sa.Column('second_id', sa.Integer(), nullable=True),
    sa.Column('done_at', UTCDateTime(), nullable=True),
    sa.Column('refused_at', UTCDateTime(), nullable=True),
    sa.Column('answer', sa.String(), nullable=True),
    sa.Column('done_in', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['asked_by_id'], ['person.id'], name=op.f('fk_intervention_asked_by_id_person')),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_intervention_case_id_case')),
    sa.ForeignKeyConstraint(['second_id'], ['person.id'], name=op.f('fk_intervention_second_id_person')),
    sa.ForeignKeyConstraint(['task_id'], ['task.id'], name=op.f('fk_intervention_task_id_task')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_intervention'))
    )
    with op.batch_alter_table('intervention', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_intervention_case_id'), ['case_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_intervention_done_at_refused_at'), ['done_at', 'refused_at'], unique=False)

    op.create_table('task_care',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('task_id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('at', UTCDateTime(), nullable=False),
    sa.Column('reason', sa.String(), nullable=True),
    sa.Column('due_before', UTCDateTime(), nullable=True),
    sa.Column('due_after', UTCDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_task_care_by_id_person')),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_task_care_case_id_case')),
    sa.ForeignKeyConstraint(['task_id'], ['task.id'], name=op.f('fk_task_care_task_id_task')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_task_care'))
    )
    with op.batch_alter_table('task_care', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_task_care_case_id'), ['case_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_task_care_task_id_kind_at'), ['task_id', 'kind', 'at'], unique=False)

    with op.batch_alter_table('audit_record', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_audit_record_subject_seq'), ['subject', 'seq'], unique=False)

    with op.batch_alter_table('case', schema=None) as batch_op:
        batch_op.add_column(sa.Column('series', sa.String(), nullable=False, server_default='R'))
        batch_op.add_column(sa.Column('suspended_at', UTCDateTime(), nullable=True))
        batch_op.drop_constraint(batch_op.f('uq_case_number'), type_='unique')
        batch_op.create_unique_constraint(batch_op.f('uq_case_series_number'), ['series', 'number'])
        batch_op.create_index('ix_case_started', ['version_id', 'started_at', 'unit_id'], unique=False, sqlite_where=sa.text('confidential IS 0'), postgresql_where=sa.text('confidential IS false'))
        batch_op.create_index('ix_case_ended', ['version_id', 'ended_at', 'unit_id', 'started_at', 'outcome'], unique=False, sqlite_where=sa.text('confidential IS 0 AND ended_at IS NOT NULL'), postgresql_where=sa.text('confidential IS false AND ended_at IS NOT NULL'))

    with op.batch_alter_table('task', schema=None) as batch_op:
        batch_op.add_column(sa.Column('offered', sa.Boolean(), nullable=False, server_default=sa.true()))
        batch_op.add_column(sa.Column('acting_for_id', sa.Integer(), nullable=True))
        batch_op.create_index('ix_task_kept', ['case_id'], unique=False, sqlite_where=sa.text('offered IS 0 AND closed_at IS NULL'), postgresql_where=sa.text('offered IS false AND closed_at IS NULL'))
        batch_op.create_index('ix_task_pace', ['diagram', 'element', 'closed_at'], unique=False, sqlite_where=sa.text('completed_by_id IS NOT NULL'), postgresql_where=sa.text('completed_by_id IS NOT NULL'))
        batch_op.create_foreign_key(batch_op.f('fk_task_acting_for_id_person'), 'person', ['acting_for_id'], ['id'])


def downgrade() -> None:
    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_task_acting_for_id_person"), type_="foreignkey")
        batch_op.drop_index("ix_task_pace")
        batch_op.drop_index("ix_task_kept")
        batch_op.drop_column("acting_for_id")
        batch_op.drop_column("offered")
    with op.batch_alter_table("case", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_case_series_number"), type_="unique")
        batch_op.drop_index("ix_case_ended")
        batch_op.drop_index("ix_case_started")
        batch_op.create_unique_constraint(batch_op.f("uq_case_number"), ["number"])
        batch_op.drop_column("suspended_at")
        batch_op.drop_column("series")
    with op.batch_alter_table("audit_record", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_record_subject_seq"))
    for table in (
        "task_care",
        "intervention",
        "case_read",
        "case_exclusion",
        "case_access",
        "break_glass",
        "absence",
        "heartbeat",
    ):
        op.drop_table(table)
