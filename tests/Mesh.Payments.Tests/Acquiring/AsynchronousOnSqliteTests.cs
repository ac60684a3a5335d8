using Mesh.Payments.Tests.Support;

namespace Mesh.Payments.Tests.Acquiring;

public sealed class AsynchronousOnSqliteTests() : AsynchronousTests(StoreKind.Sqlite);
