using Mesh.Payments.Tests.Support;

namespace Mesh.Payments.Tests.Processes;

public sealed class MetricsOnPostgresTests() : MetricsTests(StoreKind.Postgres);
