#include "store/postgres_group.h"

#include "base/assert.h"

static void append(fc_pg_group *group, fc_pg_member *self)
{
    self->next = NULL;
    if (group->first == NULL) {
        group->first = self;
    } else {
        group->last->next = self;
    }
    group->last = self;
}

static size_t take(fc_pg_group *group, fc_pg_member *members[FC_PG_GROUP_MAX])
{
    size_t count = 0;
    while (group->first != NULL && count < FC_PG_GROUP_MAX) {
        members[count++] = group->first;
        group->first = group->first->next;
    }
    return count;
}

/* One that fails must not take the others along. */
static void make(fc_postgres_store *store, fc_pg *pg, fc_pg_change *change, fc_pg_member **members,
                 size_t count)
{
    fc_error err = { 0 };
    const fc_status status = change(store, pg, members, count, &err);
    const bool lives = fc_pg_lives(pg);
    if (status != FC_OK && lives && count > 1) {
        for (size_t i = 0; i < count; i++) {
            members[i]->status = FC_OK;
            make(store, pg, change, &members[i], 1);
        }
        return;
    }
    for (size_t i = 0; i < count && status != FC_OK; i++) {
        members[i]->doubtful = !lives;
        members[i]->status = fc_fail(&members[i]->err, status, "%s", err.text);
    }
}

/* With the lock held. */
static void hand_over(fc_pg_group *group)
{
    group->led = group->first != NULL;
    if (group->led) {
        group->first->leads = true;
        (void)pthread_cond_signal(&group->first->turn);
    }
}

/* Others gather meanwhile. With the lock held, which is let go in between. */
static void lead(fc_postgres_store *store, fc_pg_group *group, fc_pg_change *change)
{
    fc_pg *pg = NULL;
    fc_pg_member *members[FC_PG_GROUP_MAX];
    fc_error err = { 0 };
    (void)pthread_mutex_unlock(&group->lock);
    fc_status status = fc_pg_pool_take(&store->pool, &pg, &err);
    (void)pthread_mutex_lock(&group->lock);
    const size_t count = take(group, members);
    (void)pthread_mutex_unlock(&group->lock);
    if (status == FC_OK) {
        make(store, pg, change, members, count);
        status = fc_pg_pool_give(&store->pool, pg, FC_OK);
    }
    (void)pthread_mutex_lock(&group->lock);
    for (size_t i = 0; i < count; i++) {
        if (status != FC_OK) {
            members[i]->status = fc_fail(&members[i]->err, status, "%s", err.text);
        }
        members[i]->ended = true;
        (void)pthread_cond_signal(&members[i]->turn);
    }
    hand_over(group);
}

fc_status fc_pg_group_join(fc_postgres_store *store, fc_pg_group *group, fc_pg_change *change,
                           fc_pg_member *self, fc_error *err)
{
    FC_ASSERT(!self->ended && !self->leads);
    (void)pthread_cond_init(&self->turn, NULL);
    (void)pthread_mutex_lock(&group->lock);
    append(group, self);
    self->leads = !group->led;
    group->led = true;
    while (!self->ended && !self->leads) {
        (void)pthread_cond_wait(&self->turn, &group->lock);
    }
    if (!self->ended) { /* it is the first one, so one of those that it takes */
        lead(store, group, change);
    }
    (void)pthread_mutex_unlock(&group->lock);
    (void)pthread_cond_destroy(&self->turn);
    return self->status == FC_OK ? FC_OK : fc_fail(err, self->status, "%s", self->err.text);
}
