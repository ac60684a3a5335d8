using Google.Protobuf.Reflection;
using Mesh.Payments.Tests.Support;

namespace Mesh.Payments.Tests.Api;

/// <summary>
/// Refuses changes that break the other side of a contract: what stood in payments-v1.txt must still be there, and so for each
/// package. What is new is added to the file in the same commit.
/// </summary>
public sealed class ProtoCompatibilityTests
{
    private static readonly FileDescriptor[] Files = [V1.PaymentsReflection.Descriptor, LedgerV1.LedgerReflection.Descriptor, Mesh.Acquirer.V1.AcquirerReflection.Descriptor];

    public static TheoryData<string> Packages => [.. Files.Select(file => file.Package)];

    [Theory]
    [MemberData(nameof(Packages))]
    public void Nothing_that_the_other_side_knows_has_gone_or_changed_and_nothing_new_is_unrecorded(string package)
    {
        var golden = package.Replace('.', '-') + ".txt";
        var recorded = File.ReadAllLines(Repository.File("tests", "Mesh.Payments.Tests", "Api", golden));

        var current = Describe(Files.Single(file => file.Package == package)).Order(StringComparer.Ordinal).ToList();

        Assert.Empty(recorded.Except(current).Select(line => $"gone or changed: {line}"));
        Assert.Empty(current.Except(recorded).Select(line => $"not recorded yet: {line}"));
    }

    private static IEnumerable<string> Describe(FileDescriptor file)
    {
        foreach (var service in file.Services)
        {
            foreach (var method in service.Methods)
            {
                var stream = method.IsServerStreaming ? "stream " : "";
                var input = method.IsClientStreaming ? "stream " : "";
                yield return $"rpc {method.FullName}({input}{method.InputType.FullName}) returns ({stream}{method.OutputType.FullName})";
            }
        }

        foreach (var field in file.MessageTypes.SelectMany(message => message.Fields.InDeclarationOrder()))
            yield return $"field {field.FullName} = {field.FieldNumber} {TypeOf(field)} json {field.JsonName}";
        foreach (var value in file.EnumTypes.SelectMany(type => type.Values))
            yield return $"enum {value.FullName} = {value.Number}";
    }

    private static string TypeOf(FieldDescriptor field)
    {
        var type = field.FieldType switch
        {
            FieldType.Message => field.MessageType.FullName,
            FieldType.Enum => field.EnumType.FullName,
            _ => field.FieldType.ToString(),
        };
        return field.IsRepeated ? $"repeated {type}" : type;
    }
}
