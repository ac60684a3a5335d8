using Mesh.Payments.Faults.Records;
using Mesh.Payments.V1;

namespace Mesh.Payments.Faults.Checking;

/// <summary>The clients against the ledger: what was acknowledged is there, once, and nothing is there that was not asked for.</summary>
internal static class ClientRules
{
    private const string Collection = "payments/";
    private const string Declined = "PAYMENT_DECLINED";

    public static IEnumerable<Finding> Check(IReadOnlyList<ClientEntry> log, Ledger ledger)
    {
        var findings = new List<Finding>();
        var requests = new List<(ClientEntry Request, ClientEntry Answer)>();
        foreach (var key in log.GroupBy(entry => entry.Key)) Answered([.. key], requests, findings);
        var made = ledger.Payments.ToLookup(payment => payment.Description);
        var asked = log.Where(entry => entry is { Kind: ClientEntryKind.Request, Method: "CreatePayment" }).Select(entry => entry.Key).ToHashSet();
        foreach (var payment in ledger.Payments.Where(payment => !asked.Contains(payment.Description)))
            findings.Add(new Finding(FindingKind.NeverAskedFor, payment.Id, $"no client sent a CreatePayment with the key '{payment.Description}'"));
        foreach (var key in asked.Where(key => made[key].Count() > 1))
            findings.Add(new Finding(FindingKind.PaidTwice, key, $"made {made[key].Count()} payments: {string.Join(", ", made[key].Select(payment => payment.Id))}"));

        var mutations = requests.Where(one => one.Request.Method != "CreatePayment").ToLookup(one => one.Request.Payment);
        foreach (var (request, answer) in requests.Where(one => one.Request.Method == "CreatePayment"))
        {
            var payment = made[request.Key].FirstOrDefault();
            if (payment is null || (answer.Payment is { } name && name != Collection + payment.Id))
                findings.Add(new Finding(FindingKind.AcknowledgedAndLost, request.Key, $"was acknowledged as {answer.Payment}; the ledger has {payment?.Id ?? "nothing"}"));
            else
                Compare(request, answer, [.. mutations[Collection + payment.Id]], payment, findings);
        }

        return findings;
    }

    /// <summary>Finds the one answer of a key.</summary>
    private static void Answered(
        IReadOnlyList<ClientEntry> entries, List<(ClientEntry Request, ClientEntry Answer)> requests, List<Finding> findings)
    {
        var request = entries.First(entry => entry.Kind == ClientEntryKind.Request);
        if (entries.Any(entry => entry.Code == "Internal" && entry.Reason == "INTERNAL_ERROR"))
            Add(FindingKind.InternalError, "was answered with an internal error");
        var answers = entries.Where(entry => entry.Kind == ClientEntryKind.Answer).ToList();
        if (answers.Count == 0)
        {
            Add(FindingKind.Unanswered, $"{request.Method} got no answer in {entries.Count - 1} attempts");
            return;
        }

        var answer = answers[0];
        if (answers.Any(other => Facts(other) != Facts(answer))) Add(FindingKind.AnsweredTwice, $"{request.Method} was answered in different ways");
        var isDeclined = request.Method == "CreatePayment" && answer.Reason == Declined;
        if (answer.Code == "OK" || isDeclined) requests.Add((request, answer));
        else Add(FindingKind.RefusedWrongly, $"{request.Method} was refused with {answer.Code} {answer.Reason}");

        void Add(FindingKind kind, string text) => findings.Add(new Finding(kind, request.Key, text));

        static (string?, string?, string?, string?, long, long) Facts(ClientEntry entry) =>
            (entry.Code, entry.Reason, entry.Payment, entry.State, entry.Captured, entry.Refunded);
    }

    private static void Compare(
        ClientEntry request, ClientEntry answer, IReadOnlyList<(ClientEntry Request, ClientEntry Answer)> mutations, LedgerPayment payment,
        List<Finding> findings)
    {
        if ((payment.Amount, payment.Currency, payment.Merchant) != (request.Amount, request.Currency, request.Merchant))
            Add(FindingKind.WrongAmount, $"asked for {request.Amount} {request.Currency} for {request.Merchant}, booked {payment.Amount} {payment.Currency} for {payment.Merchant}");

        var captures = mutations.Where(one => one.Request.Method == "CapturePayment").ToList();
        var isCanceled = mutations.Any(one => one.Request.Method == "CancelPayment");
        var isDeclined = answer.Reason == Declined;
        var captured = isDeclined ? 0 : request.IsManual ? captures.Select(one => one.Request.Amount ?? request.Amount!.Value).FirstOrDefault() : request.Amount!.Value;
        // A refund of all that is left tells its amount only by the payment it was answered with.
        var refunded = mutations.Where(one => one.Request.Method == "RefundPayment")
            .Aggregate(0L, (sum, one) => one.Request.Amount is { } amount ? sum + amount : captured);
        var answered = captures.Select(one => one.Answer.Captured).Append(request.IsManual ? 0 : answer.Captured).Max();
        if (answered != captured) Add(FindingKind.WrongAmount, $"{captured} was to be captured, the answer says {answered}");
        if (payment.Captured != captured) Add(FindingKind.WrongAmount, $"{captured} was acknowledged as captured, the ledger has {payment.Captured}");
        if (payment.Refunded != refunded) Add(FindingKind.WrongAmount, $"{refunded} was acknowledged as refunded, the ledger has {payment.Refunded}");
        var expected = isDeclined ? PaymentState.Failed
            : isCanceled ? PaymentState.Canceled
            : captured == 0 ? PaymentState.RequiresCapture
            : refunded == 0 ? PaymentState.Succeeded
            : refunded == captured ? PaymentState.Refunded
            : PaymentState.PartiallyRefunded;
        if (payment.State != expected) Add(FindingKind.WrongState, $"should be {expected} and is {payment.State}");

        void Add(FindingKind kind, string text) => findings.Add(new Finding(kind, payment.Id, text));
    }
}
