using Mesh.Payments.Tests.Support;

namespace Mesh.Payments.Tests.Acquiring.Simulation;

public sealed class SimulationOnSqliteTests() : SimulationTests(StoreKind.Sqlite);
