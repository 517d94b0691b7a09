#pragma once
#include "runtime/store/database.hpp"

namespace codius::runtime {

/// Brings a database of any earlier version to this program's, in one transaction a step. Throws
/// `database_error`, also for a database that a later version wrote: downgrading would lose money.
void migrate(database& db);

} // namespace codius::runtime
