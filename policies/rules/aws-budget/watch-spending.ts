import { hasUnknown, isUnknown, type ResourceSubject, read, readList, type StackRule, violation } from "../../rule.ts";

/** What is paid for by the hour. */
const paidByHour: readonly string[] = [
  "aws:eks/cluster:Cluster",
  "aws:eks/nodeGroup:NodeGroup",
  "aws:ec2/instance:Instance",
  "aws:ec2/spotInstanceRequest:SpotInstanceRequest",
  "aws:ec2/natGateway:NatGateway",
  "aws:autoscaling/group:Group",
  "aws:rds/instance:Instance",
  "aws:rds/clusterInstance:ClusterInstance",
  "aws:lb/loadBalancer:LoadBalancer",
  "aws:alb/loadBalancer:LoadBalancer",
];

export const watchSpending = {
  name: "aws-budget-watch-spending",
  description: "Whoever runs what is paid for by the hour is told when it costs more than planned.",
  severity: "mandatory",
  checkStack(subjects) {
    const paid = subjects.filter(({ type }) => paidByHour.includes(type));
    const [first] = paid;
    const budgets = subjects.filter(({ type }) => type === "aws:budgets/budget:Budget");
    if (first === undefined || budgets.some(tellsSomebody)) return [];
    const [budget] = budgets;
    if (budget !== undefined) {
      return [
        violation(
          budget,
          "the budget tells nobody when it is exceeded.",
          "Add notifications with subscriberEmailAddresses or subscriberSnsTopicArns.",
        ),
      ];
    }
    return [
      {
        message: `The stack has ${paid.length} resources that are paid for by the hour (${first.name} first), and no budget. Add an aws.budgets.Budget with notifications (\`BudgetAlarm\`).`,
      },
    ];
  },
} satisfies StackRule;

/** Whether somebody hears of it, or a preview cannot tell. */
function tellsSomebody({ props }: ResourceSubject): boolean {
  if (isUnknown(read(props, "notifications"))) return true;
  return readList(props, "notifications").some((notification) =>
    ["subscriberEmailAddresses", "subscriberSnsTopicArns"].some(
      (path) => hasUnknown(read(notification, path)) || readList(notification, path).length > 0,
    ),
  );
}
