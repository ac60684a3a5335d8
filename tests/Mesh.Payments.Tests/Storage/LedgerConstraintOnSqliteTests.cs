using Mesh.Payments.Tests.Support;

namespace Mesh.Payments.Tests.Storage;

public sealed class LedgerConstraintOnSqliteTests() : LedgerConstraintTests(StoreKind.Sqlite);
