using Mesh.Payments.Tests.Support;

namespace Mesh.Payments.Tests.Processes;

public sealed class MetricsOnSqliteTests() : MetricsTests(StoreKind.Sqlite);
